{% macro merged_block(contributor_count, absolute_total, largest, second_largest) -%}
    {#- The second largest of all is a second of one block, or the second among the largest. -#}
    sum({{ contributor_count }}) as contributor_count,
    sum({{ absolute_total }}) as absolute_total,
    max({{ largest }}) as largest,
    greatest(
        max({{ second_largest }}), (array_agg({{ largest }} order by {{ largest }} desc))[2]
    ) as second_largest
{%- endmacro %}
