{% macro significant(value, digits=none) -%}
    {%- set digits = (digits or var('significant_digits')) | int -%}
    case
        when {{ value }} = 0 then 0
        else trim_scale(round({{ value }}::numeric, {{ digits - 1 }} - floor(log(abs({{ value }})))::integer))
    end
{%- endmacro %}
