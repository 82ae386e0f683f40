{% macro previous_period(period) -%}
    case
        when {{ period }} ~ '^\d{4}$' then ({{ period }}::integer - 1)::text
        when {{ period }} ~ '^\d{4}-Q1$' then left({{ period }}, 4)::integer - 1 || '-Q4'
        when {{ period }} ~ '^\d{4}-Q[2-4]$' then left({{ period }}, 6) || right({{ period }}, 1)::integer - 1
        when {{ period }} ~ '^\d{4}-(0[1-9]|1[0-2])$'
            then to_char(to_date({{ period }}, 'YYYY-MM') - interval '1 month', 'YYYY-MM')
    end
{%- endmacro %}
