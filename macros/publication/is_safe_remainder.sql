{% macro is_safe_remainder(contributor_count, absolute_total, largest, second_largest) -%}
    {#- A total of 0 says that everybody's value is 0. -#}
    (
        {{ contributor_count }} = 0
        or (
            {{ contributor_count }} >= {{ var('minimum_contributors') }}
            and {{ absolute_total }} > 0
            and not {{ is_dominated(absolute_total, largest, second_largest) }}
        )
    )
{%- endmacro %}
