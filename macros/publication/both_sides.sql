{% macro both_sides(sorted, own, outside) -%}
    {#- A sum in which a proposal stands holds its fresh contributors and, of every atom that it cuts through, all of one side.
        Of other proposals of the level only so many stand outside for sure: all of those that come later in a fixed order,
        as the last one with a part in the sum is looked at; and of an earlier one as many, over all atoms, as it has new
        values: the sum holds those where it does not hold these. What they stand for is looked at with all of them, and
        where somebody else is outside, without. -#}
    with

    own_shares as (
        select
            own.*,
            sorted.fresh_count,
            sorted.verdict = 'fresh' as is_fresh,
            count(*) over (partition by own.atom_id) as sharing_proposals
        from {{ own }} as own
        inner join {{ sorted }} as sorted on own.proposal_id = sorted.proposal_id
        where sorted.verdict <> 'known' and own.atom_id is not null
    ),

    pledges as (
        select
            *,
            greatest(0, least(contributor_count, fresh_count - coalesce(sum(contributor_count) over (
                partition by proposal_id
                order by sharing_proposals > 1 desc, contributor_count asc, atom_id asc
                rows between unbounded preceding and 1 preceding
            ), 0))) as pledged_count
        from own_shares
    ),

    outside_shares as (
        select
            pledges.proposal_id,
            pledges.atom_id,
            coalesce(outside.contributor_count, 0)
            + coalesce(sum(pledges.contributor_count) over later_proposals, 0)
            + coalesce(sum(pledges.pledged_count) over earlier_proposals, 0) as contributor_count,
            coalesce(outside.absolute_total, 0)
            + coalesce(sum(pledges.absolute_total) over other_proposals, 0) as absolute_total,
            coalesce(outside.largest, 0) + coalesce(sum(pledges.largest) over other_proposals, 0) as largest_of_each,
            greatest(outside.largest, max(pledges.largest) over other_proposals, 0) as largest,
            greatest(outside.second_largest, max(pledges.second_largest) over other_proposals, 0) as second_of_each,
            greatest(outside.largest_unknown, max(pledges.largest_unknown) over other_proposals) as largest_unknown
        from pledges
        left join {{ outside }} as outside on pledges.atom_id = outside.atom_id
        window
            in_order as (
                partition by pledges.atom_id
                order by pledges.is_fresh asc, pledges.fresh_count desc, pledges.proposal_id asc
            ),
            later_proposals as (in_order rows between 1 following and unbounded following),
            earlier_proposals as (in_order rows between unbounded preceding and 1 preceding),
            other_proposals as (in_order rows between unbounded preceding and unbounded following exclude current row)
    ),

    cut_shares as (
        select * from outside_shares
        where contributor_count > 0 or largest_unknown is not null
    )

    select
        own.proposal_id,
        own.atom_id,
        own.contributor_count,
        own.absolute_total,
        own.largest,
        own.second_largest,
        own.largest_unknown
    from {{ own }} as own
    left join cut_shares on own.proposal_id = cut_shares.proposal_id and own.atom_id = cut_shares.atom_id
    where own.atom_id is null or cut_shares.atom_id is not null
    union all
    select
        proposal_id,
        atom_id,
        contributor_count,
        absolute_total,
        largest,
        greatest(second_of_each, least(largest, largest_of_each - largest)) as second_largest,
        largest_unknown
    from cut_shares
    union all
    select
        cut_shares.proposal_id,
        cut_shares.atom_id,
        cut_shares.contributor_count,
        outside.absolute_total,
        outside.largest,
        outside.second_largest,
        outside.largest_unknown
    from cut_shares
    inner join {{ outside }} as outside on cut_shares.atom_id = outside.atom_id
{%- endmacro %}
