{% macro is_dominated(absolute_total, largest, second_largest) -%}
    ({{ absolute_total }} - {{ largest }} - {{ second_largest }} < {{ var('dominance_percent') }} / 100.0 * {{ largest }})
{%- endmacro %}
