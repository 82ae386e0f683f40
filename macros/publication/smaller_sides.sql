{% macro smaller_sides(sorted, own, outside) -%}
    {#- Of each atom that a proposal cuts through, the side of fewer contributors: a sum in which the proposal stands holds
        all of one side. Of other proposals of the level only so much stands on the other side for sure: all of those that
        come later in a fixed order, as the last one with a part in the sum is looked at; and of an earlier one as many, over
        all atoms, as it has new values: the sum holds those where it does not hold these. -#}
    select
        parts.proposal_id,
        least(parts.contributor_count, parts.outside_count) as contributor_count,
        case when parts.is_inside_smaller then parts.absolute_total else parts.outside_total end as absolute_total,
        case when parts.is_inside_smaller then parts.largest else parts.outside_largest end as largest,
        case when parts.is_inside_smaller then parts.second_largest else parts.outside_second_largest end as second_largest
    from (
        select
            shares.*,
            shares.contributor_count <= shares.outside_count as is_inside_smaller
        from (
            select
                own.proposal_id,
                own.contributor_count,
                own.absolute_total,
                own.largest,
                own.second_largest,
                outside.absolute_total as outside_total,
                outside.largest as outside_largest,
                outside.second_largest as outside_second_largest,
                coalesce(outside.contributor_count, 0)
                + coalesce(sum(own.contributor_count) over later_proposals, 0)
                + coalesce(sum(own.pledged_count) over earlier_proposals, 0) as outside_count
            from (
                select
                    own.*,
                    greatest(0, least(own.contributor_count, own.fresh_count - coalesce(sum(own.contributor_count) over (
                        partition by own.proposal_id
                        order by own.sharing_proposals > 1 desc, own.contributor_count asc, own.atom_id asc
                        rows between unbounded preceding and 1 preceding
                    ), 0))) as pledged_count
                from (
                    select
                        own.*,
                        sorted.fresh_count,
                        count(*) over (partition by own.atom_id) as sharing_proposals
                    from {{ own }} as own
                    inner join {{ sorted }} as sorted on own.proposal_id = sorted.proposal_id
                    where sorted.verdict = 'mixed' and own.atom_id is not null
                ) as own
            ) as own
            left join {{ outside }} as outside on own.atom_id = outside.atom_id
            window
                later_proposals as (
                    partition by own.atom_id order by own.fresh_count desc, own.proposal_id asc
                    rows between 1 following and unbounded following
                ),
                earlier_proposals as (
                    partition by own.atom_id order by own.fresh_count desc, own.proposal_id asc
                    rows between unbounded preceding and 1 preceding
                )
        ) as shares
    ) as parts
    where parts.outside_count > 0
    union all
    select
        own.proposal_id,
        own.contributor_count,
        own.absolute_total,
        own.largest,
        own.second_largest
    from {{ own }} as own
    where own.atom_id is null
{%- endmacro %}
