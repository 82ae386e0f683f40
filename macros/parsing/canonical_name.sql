{% macro canonical_name(column) -%}
    lower(trim(both e' \t\r\n' from {{ column }}))
{%- endmacro %}
