with

proposals as (
    select * from {{ ref('release_proposals') }}
),

cells as not materialized (
    select * from {{ ref('cells') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

links as (
    select
        metric_name,
        component_of as linked_name
    from metrics
    where component_of is not null
    union
    select
        component_of as metric_name,
        metric_name as linked_name
    from metrics
    where component_of is not null
),

linked_proposals as (
    select
        proposals.cell_type,
        proposals.cell_key,
        proposals.metric_name,
        proposals.period,
        proposals.contributor_count,
        links.linked_name
    from proposals
    inner join links on proposals.metric_name = links.metric_name
    where proposals.figures ? 'mean' and proposals.cell_type <> 'peer_group'
),

-- A cell with itself and those above and below it.
related_cells as (
    select
        cell_key,
        ancestor_key as related_key
    from cell_ancestors
    union all
    select
        ancestor_key as cell_key,
        cell_key as related_key
    from cell_ancestors
    union all
    select distinct
        cell_key,
        cell_key as related_key
    from linked_proposals
)

-- A mean that would differ by too few from what the total, or a component, has shown is not released.
select distinct
    proposals.cell_type,
    proposals.cell_key,
    proposals.metric_name,
    proposals.period
from linked_proposals as proposals
inner join earlier_releases
    on
        proposals.linked_name = earlier_releases.metric_name
        and proposals.period = earlier_releases.period
        and abs(proposals.contributor_count - earlier_releases.contributor_count) < {{ var('minimum_contributors') }}
inner join related_cells
    on
        proposals.cell_key = related_cells.cell_key
        and earlier_releases.cell_key = related_cells.related_key
inner join cells
    on
        proposals.cell_type = cells.cell_type
        and proposals.cell_key = cells.cell_key
        and proposals.metric_name = cells.metric_name
        and proposals.period = cells.period
-- What the linked metric says of everybody today: who says something else since stands for somebody else.
left join cells as today
    on
        today.cell_type = 'network'
        and earlier_releases.metric_name = today.metric_name
        and earlier_releases.period = today.period
where
    earlier_releases.cell_type <> 'peer_group'
    and earlier_releases.figures ? 'mean'
    and {{ is_too_small_a_difference('(
        select count(*)
        from unnest(cells.contributors) as proposed (contributor)
        full outer join unnest(earlier_releases.contributors, earlier_releases.value_digests)
            as released (contributor, digest)
            on proposed.contributor = released.contributor
        left join unnest(today.contributors, today.value_digests) as said (contributor, digest)
            on released.contributor = said.contributor and released.digest = said.digest
        where proposed.contributor is null or said.contributor is null
    )') }}
