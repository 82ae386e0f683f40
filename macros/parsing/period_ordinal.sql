{% macro period_ordinal(period) -%}
    {#- Years run to 2099, quarters from 7600 to 8399, months from 22800: no length meets another. -#}
    case
        when {{ period }} ~ '^\d{4}$' then {{ period }}::integer
        when {{ period }} ~ '^\d{4}-Q[1-4]$' then left({{ period }}, 4)::integer * 4 + right({{ period }}, 1)::integer - 1
        when {{ period }} ~ '^\d{4}-(0[1-9]|1[0-2])$'
            then left({{ period }}, 4)::integer * 12 + right({{ period }}, 2)::integer - 1
    end
{%- endmacro %}
