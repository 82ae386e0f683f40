{{ config(materialized='table', changed='mean_proposals', post_hook='analyze {{ this }}') }}

with

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
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

appearances as (
    select
        metric_periods.series_id,
        member.contributor,
        member.digest,
        mean_proposals.proposal_id,
        null as release_id,
        null as magnitude_bound
    from mean_proposals
    inner join metric_periods
        on mean_proposals.metric_name = metric_periods.metric_name and mean_proposals.period = metric_periods.period
    cross join unnest(mean_proposals.contributors, mean_proposals.value_digests) as member (contributor, digest)
    union all
    select
        metric_periods.series_id,
        member.contributor,
        member.digest,
        null as proposal_id,
        earlier_releases.release_id,
        earlier_releases.magnitude_bound
    from earlier_releases
    inner join metric_periods
        on earlier_releases.metric_name = metric_periods.metric_name and earlier_releases.period = metric_periods.period
    cross join unnest(earlier_releases.contributors, earlier_releases.value_digests) as member (contributor, digest)
    where earlier_releases.figures ? 'mean' and earlier_releases.cell_type <> 'peer_group'
),

-- In which means a value ever stood, as a digest of them, and the lowest cell of those in which it would stand now.
known_values as (
    select
        series_id,
        contributor,
        digest,
        max(proposal_id) as lowest_id,
        max(release_id) as latest_release_id,
        min(magnitude_bound) as magnitude_bound,
        bit_xor(hashint8extended(release_id, 0)) as atom_id
    from appearances
    group by series_id, contributor, digest
),

-- A contributor counts once: with the value that it would stand for now, or else with the last that was shown.
ranked_values as (
    select
        *,
        row_number() over (
            partition by series_id, contributor order by lowest_id is null asc, latest_release_id desc
        ) = 1 as is_counted
    from known_values
),

-- Whoever stands in a cell stands in those above it.
paths as (
    select
        lowest.proposal_id as lowest_id,
        jsonb_object_agg(proposals.level, proposals.proposal_id) as path
    from mean_proposals as lowest
    inner join mean_proposals as proposals
        on lowest.metric_name = proposals.metric_name and lowest.period = proposals.period
    left join cell_ancestors
        on lowest.cell_key = cell_ancestors.cell_key and proposals.cell_key = cell_ancestors.ancestor_key
    where lowest.proposal_id = proposals.proposal_id or cell_ancestors.cell_key is not null
    group by lowest.proposal_id
),

magnitudes as (
    select
        metric_periods.series_id,
        contributors.contributor_number,
        {{ value_digest('contributions.value') }} as digest,
        abs(contributions.value) as magnitude
    from contributions
    inner join metric_periods
        on contributions.metric_name = metric_periods.metric_name and contributions.period = metric_periods.period
    inner join contributors on contributions.contributor_id = contributors.contributor_id
),

blocks as (
    select
        ranked_values.atom_id,
        ranked_values.lowest_id,
        {{ merged_block(
            'ranked_values.is_counted::integer', 'coalesce(magnitudes.magnitude, 0)', 'coalesce(magnitudes.magnitude, 0)', '0'
        ) }},
        max(coalesce(ranked_values.magnitude_bound, 'infinity')) filter (where magnitudes.magnitude is null)
            as largest_unknown
    from ranked_values
    left join magnitudes
        on
            ranked_values.series_id = magnitudes.series_id
            and ranked_values.contributor = magnitudes.contributor_number
            and ranked_values.digest = magnitudes.digest
    group by ranked_values.atom_id, ranked_values.lowest_id
)

select
    blocks.atom_id,
    coalesce(paths.path, '{}') as path,
    blocks.contributor_count,
    blocks.absolute_total,
    blocks.largest,
    blocks.second_largest,
    blocks.largest_unknown
from blocks
left join paths on blocks.lowest_id = paths.lowest_id
