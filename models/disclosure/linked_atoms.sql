with

linked_lines as (
    select * from {{ ref('linked_lines') }}
),

linked_contributors as (
    select * from {{ ref('linked_contributors') }}
),

linked_proposals as (
    select * from {{ ref('linked_proposals') }}
),

-- The lowest cell whose new mean holds somebody.
placed as (
    select distinct on (
        linked_proposals.line_name, linked_proposals.period, linked_proposals.step, member.contributor
    )
        linked_proposals.line_name,
        linked_proposals.period,
        linked_proposals.step,
        linked_proposals.proposal_id,
        linked_proposals.level,
        member.contributor
    from linked_proposals
    cross join unnest(linked_proposals.contributors) as member (contributor)
    where linked_proposals.kind = 'new'
    order by
        linked_proposals.line_name asc, linked_proposals.period asc, linked_proposals.step asc, member.contributor asc,
        linked_proposals.level desc
),

standing as (
    select
        linked_lines.line_name,
        linked_lines.period,
        linked_lines.step,
        placed.proposal_id,
        placed.level,
        linked_contributors.means_id,
        bit_xor(hashint8extended(placed.proposal_id, 0)) over (
            partition by linked_lines.line_name, linked_lines.period, linked_contributors.contributor
            order by linked_lines.step desc
            rows between unbounded preceding and 1 preceding
        ) as totals_id
    from linked_lines
    inner join linked_contributors
        on
            linked_lines.line_name = linked_contributors.line_name
            and linked_lines.period = linked_contributors.period
    left join placed
        on
            linked_lines.line_name = placed.line_name
            and linked_lines.period = placed.period
            and linked_lines.step = placed.step
            and linked_contributors.contributor = placed.contributor
)

select
    line_name,
    period,
    step,
    proposal_id,
    level,
    means_id,
    totals_id,
    count(*) as contributor_count
from standing
group by line_name, period, step, proposal_id, level, means_id, totals_id
