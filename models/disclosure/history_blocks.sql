-- Else PostgreSQL, which expects ten contributors of a release, sorts all of them instead of hashing them.
{{ config(
    materialized='table',
    changed='mean_proposals',
    pre_hook='set local enable_sort = off',
    post_hook='analyze {{ this }}',
) }}

with

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

remainder_blocks as (
    select * from {{ ref('remainder_blocks') }}
),

cells as (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

contributions as (
    select * from {{ ref('contributions') }}
),

contributors as (
    select * from {{ ref('ledger_contributors') }}
),

metric_periods as (
    select
        metric_name,
        period,
        min(proposal_id) as series_id
    from mean_proposals
    group by metric_name, period
),

-- Whoever stands in a cell stands in those above it: so of all proposals only blocks have to be looked into.
paths as (
    select
        blocks.block_type,
        blocks.cell_key,
        blocks.metric_name,
        blocks.period,
        max(proposals.proposal_id) as lowest_id,
        jsonb_object_agg(proposals.level, proposals.proposal_id) as path
    from remainder_blocks as blocks
    inner join mean_proposals as proposals
        on blocks.metric_name = proposals.metric_name and blocks.period = proposals.period
    left join cell_ancestors
        on blocks.cell_key = cell_ancestors.cell_key and proposals.cell_key = cell_ancestors.ancestor_key
    where blocks.cell_key = proposals.cell_key or cell_ancestors.cell_key is not null
    group by blocks.block_type, blocks.cell_key, blocks.metric_name, blocks.period
),

-- Each with the lowest cell of those in which it would stand.
proposed_values as (
    select
        metric_periods.series_id,
        unnest(cells.contributors) as contributor,
        unnest(cells.value_digests) as digest,
        paths.lowest_id
    from paths
    inner join metric_periods
        on paths.metric_name = metric_periods.metric_name and paths.period = metric_periods.period
    inner join cells
        on
            paths.block_type = cells.cell_type
            and paths.cell_key = cells.cell_key
            and paths.metric_name = cells.metric_name
            and paths.period = cells.period
),

shown_members as (
    select
        metric_periods.series_id,
        earlier_releases.release_id,
        earlier_releases.magnitude_bound,
        unnest(earlier_releases.contributors) as contributor,
        unnest(earlier_releases.value_digests) as digest
    from earlier_releases
    inner join metric_periods
        on earlier_releases.metric_name = metric_periods.metric_name and earlier_releases.period = metric_periods.period
    where earlier_releases.figures ? 'mean' and earlier_releases.cell_type <> 'peer_group'
),

-- Each with the means in which it ever stood, as a digest of them.
shown_values as (
    select
        series_id,
        contributor,
        digest,
        max(release_id) as latest_release_id,
        min(magnitude_bound) as magnitude_bound,
        bit_xor(hashint8extended(release_id, 0)) as atom_id
    from shown_members
    group by series_id, contributor, digest
),

magnitudes as (
    select
        metric_periods.series_id,
        contributors.contributor_number as contributor,
        {{ value_digest('contributions.value') }} as digest,
        abs(contributions.value) as magnitude
    from contributions
    inner join metric_periods
        on contributions.metric_name = metric_periods.metric_name and contributions.period = metric_periods.period
    inner join contributors on contributions.contributor_id = contributors.contributor_id
),

known_values as (
    select
        series_id,
        contributor,
        proposed_values.lowest_id,
        shown_values.latest_release_id,
        shown_values.atom_id,
        shown_values.magnitude_bound,
        magnitudes.magnitude
    -- Each of them may be missing, and "using" gives what they are joined on, whichever has it.
    from magnitudes
    full outer join proposed_values using (series_id, contributor, digest) -- noqa: ST07
    full outer join shown_values using (series_id, contributor, digest) -- noqa: ST07
    where proposed_values.lowest_id is not null or shown_values.latest_release_id is not null
),

-- A contributor counts once: with the value that it would stand for now, or else with the last that was shown.
counted_as_shown as (
    select
        series_id,
        contributor,
        max(latest_release_id) as latest_release_id
    from known_values
    group by series_id, contributor
    having count(lowest_id) = 0
),

blocks as (
    select
        known_values.atom_id,
        known_values.lowest_id,
        count(*) filter (
            where known_values.lowest_id is not null or counted_as_shown.contributor is not null
        ) as contributor_count,
        coalesce(sum(known_values.magnitude), 0) as absolute_total,
        {{ descending_magnitudes(
            'array_agg(known_values.magnitude) filter (where known_values.magnitude is not null)'
        ) }} as largest_values,
        max(coalesce(known_values.magnitude_bound, 'infinity')) filter (where known_values.magnitude is null)
            as largest_unknown
    from known_values
    left join counted_as_shown
        on
            known_values.series_id = counted_as_shown.series_id
            and known_values.contributor = counted_as_shown.contributor
            and known_values.latest_release_id = counted_as_shown.latest_release_id
    group by known_values.atom_id, known_values.lowest_id
),

distinct_paths as (
    select distinct
        lowest_id,
        path
    from paths
)

select
    blocks.atom_id,
    coalesce(distinct_paths.path, '{}') as path,
    blocks.contributor_count,
    blocks.absolute_total,
    coalesce(blocks.largest_values[1], 0) as largest,
    coalesce(blocks.largest_values[2], 0) as second_largest,
    blocks.largest_unknown
from blocks
left join distinct_paths on blocks.lowest_id = distinct_paths.lowest_id
