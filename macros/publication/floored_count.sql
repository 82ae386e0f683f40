{% macro floored_count(count) -%}
    ({{ count }} / {{ var('count_multiple') }} * {{ var('count_multiple') }})::integer
{%- endmacro %}
