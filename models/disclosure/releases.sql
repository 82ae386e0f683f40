{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

ledger_releases as (
    select * from {{ ref('new_releases') }}
),

withdrawn_releases as (
    select * from {{ ref('withdrawn_releases') }}
),

cell_populations as (
    select * from {{ ref('cell_populations') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

latest as (
    select distinct on (releases.cell_type, releases.cell_key, releases.metric_name, releases.period)
        releases.release_id,
        releases.cell_type,
        releases.cell_key,
        releases.metric_name,
        metrics.metric_type,
        metrics.unit,
        metrics.direction,
        releases.period,
        releases.contributor_count,
        releases.figures,
        releases.data_quality
    from ledger_releases as releases
    inner join metrics on releases.metric_name = metrics.metric_name
    order by
        releases.cell_type asc, releases.cell_key asc, releases.metric_name asc, releases.period asc,
        releases.release_id desc
),

-- A cell whose latest release was withdrawn shows nothing, not an earlier one. Only floored counts go on from here.
shown as (
    select
        latest.cell_type,
        latest.cell_key,
        latest.metric_name,
        latest.metric_type,
        latest.unit,
        latest.direction,
        latest.period,
        latest.figures,
        latest.data_quality,
        {{ floored_count('latest.contributor_count') }} as contributor_count,
        greatest(
            {{ floored_count('cell_populations.member_count') }}, {{ floored_count('latest.contributor_count') }}
        ) as member_count
    from latest
    -- Nor does a cell to which nobody belongs any more.
    inner join cell_populations
        on latest.cell_type = cell_populations.cell_type and latest.cell_key = cell_populations.cell_key
    left join withdrawn_releases on latest.release_id = withdrawn_releases.release_id
    where withdrawn_releases.release_id is null
)

select
    cell_type,
    cell_key,
    metric_name,
    metric_type,
    period,
    contributor_count,
    figures || jsonb_build_object(
        'unit', unit,
        'direction', direction,
        'method', 'one value per contributor, quantiles interpolated linearly',
        'coverage', round(contributor_count::numeric / member_count, 2),
        'schema_version', 1
    ) as statistics,
    {{ confidence_level('contributor_count', 'member_count', 'data_quality', 'period') }} as confidence_level
from shown
