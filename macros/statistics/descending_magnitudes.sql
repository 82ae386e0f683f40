{% macro descending_magnitudes(values_array) -%}
    (select array_agg(abs(element) order by abs(element) desc) from unnest({{ values_array }}) as element)
{%- endmacro %}
