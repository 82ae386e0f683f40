{% macro period_end(period) -%}
    case
        when {{ period }} like '%Q%'
            then make_timestamptz(left({{ period }}, 4)::integer, right({{ period }}, 1)::integer * 3 - 2, 1, 0, 0, 0, 'UTC')
                + interval '3 months'
        when {{ period }} like '%-%'
            then make_timestamptz(left({{ period }}, 4)::integer, right({{ period }}, 2)::integer, 1, 0, 0, 0, 'UTC')
                + interval '1 month'
        else make_timestamptz({{ period }}::integer + 1, 1, 1, 0, 0, 0, 'UTC')
    end
{%- endmacro %}
