{{ config(materialized='table', changed='linked_proposals', post_hook='analyze {{ this }}') }}

with recursive

linked_proposals as (
    select * from {{ ref('linked_proposals') }}
),

linked_atoms as (
    select * from {{ ref('linked_atoms') }}
),

linked_contributors as (
    select * from {{ ref('linked_contributors') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

-- Of all new means in a combination take, of the metric furthest down, the highest and last: it tells those of an atom
-- whom it holds from those who stand in none or in later ones, so that of one of both sides something is left.
sides as (
    select
        line_name,
        proposal_id,
        case
            when means_id is null and totals_id is null then contributor_count
            else least(contributor_count, coalesce(sum(contributor_count) over (
                partition by line_name, period, step, means_id, totals_id
                order by level desc nulls last, proposal_id asc
                rows between 1 following and unbounded following
            ), 0))
        end as told_apart
    from linked_atoms
),

evidence as (
    select
        line_name,
        proposal_id,
        sum(told_apart) as told_apart
    from sides
    group by line_name, proposal_id
),

-- What says nothing new but by the help of others falls with them.
leaning as (
    select
        proposal_id,
        unnest(totals) as on_proposal_id
    from linked_proposals
    where kind = 'twin' and not is_told
    union
    select
        repeated.proposal_id,
        below.proposal_id as on_proposal_id
    from linked_proposals as repeated
    inner join cell_ancestors on repeated.cell_key = cell_ancestors.ancestor_key
    inner join linked_proposals as below
        on
            cell_ancestors.cell_key = below.cell_key
            and repeated.metric_name = below.metric_name
            and repeated.period = below.period
    where repeated.kind = 'repeated'
),

-- A value never shown that may belong to two shown ones of another metric would tie these to each other.
bridging as (
    select linked_proposals.proposal_id
    from linked_proposals
    inner join linked_contributors
        on
            linked_proposals.line_name = linked_contributors.line_name
            and linked_proposals.period = linked_contributors.period
            and linked_proposals.step = any(linked_contributors.bridged_steps)
            and linked_contributors.contributor = any(linked_proposals.contributors)
),

withheld as (
    select bridging.proposal_id
    from bridging
    union
    select linked_proposals.proposal_id
    from linked_proposals
    left join evidence
        on linked_proposals.line_name = evidence.line_name and linked_proposals.proposal_id = evidence.proposal_id
    where
        linked_proposals.kind = 'new'
        and coalesce(evidence.told_apart, 0) < {{ var('minimum_contributors') }}
    union
    select leaning.proposal_id
    from withheld
    inner join leaning on withheld.proposal_id = leaning.on_proposal_id
)

select distinct
    linked_proposals.cell_type,
    linked_proposals.cell_key,
    linked_proposals.metric_name,
    linked_proposals.period
from withheld
inner join linked_proposals on withheld.proposal_id = linked_proposals.proposal_id
