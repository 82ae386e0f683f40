{% macro gap(figure, value) -%}
    trim_scale(({{ value }})::numeric - ({{ figure }})::numeric)
{%- endmacro %}
