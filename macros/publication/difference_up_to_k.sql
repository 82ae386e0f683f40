{% macro difference_up_to_k(contributors, other_contributors, digests, other_digests) -%}
    {#- Where k of the first contributors differ, nobody asks how many more do: whole sets are dear to compare. -#}
    {%- set first = "[:" ~ 2 * var('minimum_contributors') ~ "]" -%}
    coalesce(
        (
            select count(*)
            from ({{ members(contributors ~ first, digests ~ first) }}) as one
            where one.digest is distinct from {{ other_digests }}[array_position({{ other_contributors }}, one.contributor)]
            having count(*) >= {{ var('minimum_contributors') }}
        ),
        {{ differing_contributors(contributors, other_contributors, digests, other_digests) }}
    )
{%- endmacro %}
