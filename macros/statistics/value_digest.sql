{% macro value_digest(value) -%}
    hashfloat8({{ value }})
{%- endmacro %}
