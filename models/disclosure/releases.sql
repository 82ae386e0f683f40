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
    select distinct on (cell_type, cell_key, metric_name, period)
        release_id,
        cell_type,
        cell_key,
        metric_name,
        period,
        contributor_count,
        figures,
        data_quality
    from ledger_releases
    order by cell_type asc, cell_key asc, metric_name asc, period asc, release_id desc
),

-- A cell whose latest release was withdrawn shows nothing, not an earlier one. Only floored counts go on from here.
shown as (
    select
        latest.cell_type,
        latest.cell_key,
        latest.metric_name,
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
    shown.cell_type,
    shown.cell_key,
    shown.metric_name,
    metrics.metric_type,
    shown.period,
    shown.contributor_count,
    shown.figures || jsonb_build_object(
        'unit', metrics.unit,
        'direction', metrics.direction,
        'method', 'one value per contributor, quantiles interpolated linearly',
        'coverage', round(shown.contributor_count::numeric / shown.member_count, 2),
        'schema_version', 1
    ) as statistics,
    {{ confidence_level('shown.contributor_count', 'shown.member_count', 'shown.data_quality', 'shown.period') }}
        as confidence_level
from shown
inner join metrics on shown.metric_name = metrics.metric_name
