{% macro unexplained_changes(known_means) -%}
    {#- What a cell says beyond the nearest known cells below it: contributors with another value, or none, on one side. -#}
    select
        metric_name,
        period,
        cell_key
    from (
        select
            elements.metric_name,
            elements.period,
            elements.cell_key,
            elements.contributor
        from (
            select
                known.metric_name,
                known.period,
                known.cell_key,
                1 as sign,
                member.contributor,
                member.digest
            from {{ known_means }} as known
            cross join unnest(known.contributors, known.value_digests) as member (contributor, digest)
            union all
            select
                known.metric_name,
                known.period,
                nearest.cell_key,
                -1 as sign,
                member.contributor,
                member.digest
            from {{ known_means }} as known
            cross join lateral (
                select above.cell_key
                from {{ known_means }} as above
                inner join {{ ref('cell_ancestors') }} as ancestors
                    on above.cell_key = ancestors.ancestor_key and above.cell_type = ancestors.ancestor_type
                where
                    ancestors.cell_key = known.cell_key
                    and above.metric_name = known.metric_name
                    and above.period = known.period
                order by ancestors.ancestor_level desc
                limit 1
            ) as nearest
            cross join unnest(known.contributors, known.value_digests) as member (contributor, digest)
        ) as elements
        group by elements.metric_name, elements.period, elements.cell_key, elements.contributor, elements.digest
        having sum(elements.sign) <> 0
    ) as unexplained
    group by metric_name, period, cell_key
    having {{ is_too_small_a_difference('count(distinct contributor)') }}
{%- endmacro %}
