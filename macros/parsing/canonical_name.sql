{% macro canonical_name(column) -%}
    lower(trim({{ column }}))
{%- endmacro %}
