with

proposals as (
    select * from {{ ref('release_proposals') }}
),

cells as (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
)

-- A cell that would differ by too few from what another one has shown is not released. Where fewer than k differ, one
-- of any k is in both: that is looked at first, as whole sets are dear to compare. All of it is asked of the cell, not
-- of the proposal, and in a case, which is asked in order: PostgreSQL would ask of sets what the counts answer.
select distinct
    proposals.cell_type,
    proposals.cell_key,
    proposals.metric_name,
    proposals.period
from proposals
inner join cells
    on
        proposals.cell_type = cells.cell_type
        and proposals.cell_key = cells.cell_key
        and proposals.metric_name = cells.metric_name
        and proposals.period = cells.period
inner join earlier_releases
    on cells.metric_name = earlier_releases.metric_name and cells.period = earlier_releases.period
where
    case
        when
            abs(cells.contributor_count - earlier_releases.contributor_count) < {{ var('minimum_contributors') }}
            and (cells.cell_type, cells.cell_key) <> (earlier_releases.cell_type, earlier_releases.cell_key)
            then
                cells.contributors[:{{ var('minimum_contributors') }}] && earlier_releases.contributors
                and {{ is_too_small_a_difference(differing_contributors(
                    'cells.contributors', 'earlier_releases.contributors',
                    'cells.value_digests', 'earlier_releases.value_digests'
                )) }}
    end
