{% macro differing_contributors(contributors, other_contributors, digests="'{}'::integer[]", other_digests="'{}'::integer[]") -%}
    (
        select count(*)
        from ({{ members(contributors, digests) }}) as one
        full outer join ({{ members(other_contributors, other_digests) }}) as other
            on one.contributor = other.contributor
        where one.contributor is null or other.contributor is null or one.digest <> other.digest
    )
{%- endmacro %}
