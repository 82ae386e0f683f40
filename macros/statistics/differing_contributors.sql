{% macro differing_contributors(contributors, other_contributors, digests=none, other_digests=none) -%}
    {#- Whoever stands on both sides with the same digest is there twice. -#}
    (
        select count(distinct one_sided.contributor)
        from (
            select
                sides.contributor,
                sides.digest
            from (
                select * from unnest({{ contributors }}, {{ digests or "'{}'::integer[]" }}) as one (contributor, digest)
                union all
                select * from unnest({{ other_contributors }}, {{ other_digests or "'{}'::integer[]" }}) as other (contributor, digest)
            ) as sides
            group by sides.contributor, sides.digest
            having count(*) = 1
        ) as one_sided
    )
{%- endmacro %}
