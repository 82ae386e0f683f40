{%- set levels = range(var('deepest_industry_level') | int + 1) -%}

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
        mean_proposals.level,
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
        null as level,
        null as proposal_id,
        earlier_releases.release_id,
        earlier_releases.magnitude_bound
    from earlier_releases
    inner join metric_periods
        on earlier_releases.metric_name = metric_periods.metric_name and earlier_releases.period = metric_periods.period
    cross join unnest(earlier_releases.contributors, earlier_releases.value_digests) as member (contributor, digest)
    where earlier_releases.figures ? 'mean' and earlier_releases.cell_type <> 'peer_group'
),

-- In which means a value ever stood, and in which it would stand now, each as a digest of them: of a metric and period.
known_values as (
    select
        series_id,
        contributor,
        digest,
        {% for level in levels %}
            max(proposal_id) filter (where level = {{ level }}) as proposal_{{ level }},
        {% endfor %}
        bit_xor(hashint8extended(proposal_id, 0)) as path_id,
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
            partition by series_id, contributor order by path_id is null asc, latest_release_id desc
        ) = 1 as is_counted
    from known_values
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
)

select
    ranked_values.atom_id,
    jsonb_strip_nulls(jsonb_build_object(
        {% for level in levels %}
            '{{ level }}', max(ranked_values.proposal_{{ level }}){{ ',' if not loop.last }}
        {% endfor %}
    )) as path,
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
group by ranked_values.atom_id, ranked_values.path_id
