{% macro is_too_small_a_difference(contributor_count) -%}
    ({{ contributor_count }} between 1 and {{ var('minimum_contributors') }} - 1)
{%- endmacro %}
