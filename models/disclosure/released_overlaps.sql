with

proposals as (
    select * from {{ ref('release_proposals') }}
),

cells as (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
)

-- A cell that would differ by too few from what another one has shown is not released.
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
    on
        proposals.metric_name = earlier_releases.metric_name
        and proposals.period = earlier_releases.period
        and abs(proposals.contributor_count - earlier_releases.contributor_count) < {{ var('minimum_contributors') }}
        and (proposals.cell_type, proposals.cell_key) <> (earlier_releases.cell_type, earlier_releases.cell_key)
left join cell_ancestors
    on
        (proposals.cell_key = cell_ancestors.cell_key and earlier_releases.cell_key = cell_ancestors.ancestor_key)
        or (earlier_releases.cell_key = cell_ancestors.cell_key and proposals.cell_key = cell_ancestors.ancestor_key)
where
    (cell_ancestors.cell_key is not null or 'peer_group' in (proposals.cell_type, earlier_releases.cell_type))
    and {{ is_too_small_a_difference(differing_contributors(
        'cells.contributors', 'earlier_releases.contributors',
        'cells.value_digests', 'earlier_releases.value_digests'
    )) }}
