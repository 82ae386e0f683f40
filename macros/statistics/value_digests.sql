{% macro value_digests(values_array) -%}
    {#- unnest keeps the order, so that each digest stands at its value's place. -#}
    array(select hashfloat8(element) from unnest({{ values_array }}) as element)
{%- endmacro %}
