{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
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
    select distinct
        metric_name,
        period
    from mean_proposals
),

appearances as (
    select
        mean_proposals.metric_name,
        mean_proposals.period,
        member.contributor,
        member.digest,
        mean_proposals.level,
        mean_proposals.proposal_id,
        null as release_id
    from mean_proposals
    cross join unnest(mean_proposals.contributors, mean_proposals.value_digests) as member (contributor, digest)
    union all
    select
        earlier_releases.metric_name,
        earlier_releases.period,
        member.contributor,
        member.digest,
        null as level,
        null as proposal_id,
        earlier_releases.release_id
    from earlier_releases
    inner join metric_periods
        on earlier_releases.metric_name = metric_periods.metric_name and earlier_releases.period = metric_periods.period
    cross join unnest(earlier_releases.contributors, earlier_releases.value_digests) as member (contributor, digest)
    where earlier_releases.figures ? 'mean' and earlier_releases.cell_type <> 'peer_group'
),

-- In which means a value ever stood, and in which it would stand now, by level.
known_values as (
    select
        metric_name,
        period,
        contributor,
        digest,
        array_agg(release_id order by release_id) filter (where release_id is not null) as atom,
        jsonb_object_agg(level, proposal_id) filter (where proposal_id is not null) as path,
        max(release_id) as latest_release_id
    from appearances
    group by metric_name, period, contributor, digest
),

-- A contributor counts once: with the value that it would stand for now, or else with the last that was shown.
counted_values as (
    select distinct on (metric_name, period, contributor)
        metric_name,
        period,
        contributor,
        digest,
        atom,
        path
    from known_values
    order by metric_name asc, period asc, contributor asc, path is null asc, latest_release_id desc
),

magnitudes as (
    select
        contributions.metric_name,
        contributions.period,
        contributors.contributor_number,
        {{ value_digest('contributions.value') }} as digest,
        abs(contributions.value) as magnitude
    from contributions
    inner join metric_periods
        on contributions.metric_name = metric_periods.metric_name and contributions.period = metric_periods.period
    inner join contributors on contributions.contributor_id = contributors.contributor_id
)

select
    counted_values.path,
    case
        when counted_values.atom is not null
            then dense_rank() over (order by counted_values.metric_name, counted_values.period, counted_values.atom)
    end as atom_id,
    {{ merged_block('1', 'magnitudes.magnitude', 'magnitudes.magnitude', '0') }}
from counted_values
left join magnitudes
    on
        counted_values.metric_name = magnitudes.metric_name
        and counted_values.period = magnitudes.period
        and counted_values.contributor = magnitudes.contributor_number
        and counted_values.digest = magnitudes.digest
group by counted_values.metric_name, counted_values.period, counted_values.path, counted_values.atom
