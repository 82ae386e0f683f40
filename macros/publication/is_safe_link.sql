{% macro is_safe_link(differing, told_apart) -%}
    ({{ differing }} = 0 or {{ told_apart }} >= {{ var('minimum_contributors') }})
{%- endmacro %}
