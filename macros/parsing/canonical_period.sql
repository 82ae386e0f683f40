{% macro canonical_period(column) -%}
    {%- set period = "upper(trim(" ~ column ~ "))" -%}
    case
        when {{ period }} ~ '^(FY\s*)?(19|20)\d\d$' then right({{ period }}, 4)
        when {{ period }} ~ '^(19|20)\d\d\s*-?\s*Q[1-4]$' then left({{ period }}, 4) || '-' || right({{ period }}, 2)
        when {{ period }} ~ '^Q[1-4]\s*-?\s*(19|20)\d\d$' then right({{ period }}, 4) || '-' || left({{ period }}, 2)
        when {{ period }} ~ '^(19|20)\d\d-(0[1-9]|1[0-2])$' then {{ period }}
    end
{%- endmacro %}
