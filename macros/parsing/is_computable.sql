{% macro is_computable(value) -%}
    ({{ value }} = 0 or abs({{ value }}) between 1e-100 and 1e100)
{%- endmacro %}
