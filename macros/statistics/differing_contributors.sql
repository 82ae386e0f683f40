{% macro differing_contributors(contributors, other_contributors, digests=none, other_digests=none) -%}
    (
        select count(*)
        from unnest({{ contributors }}, {{ digests or "'{}'::integer[]" }}) as one (contributor, digest)
        full outer join
            unnest({{ other_contributors }}, {{ other_digests or "'{}'::integer[]" }}) as other (contributor, digest)
            on one.contributor = other.contributor
        where one.contributor is null or other.contributor is null or one.digest <> other.digest
    )
{%- endmacro %}
