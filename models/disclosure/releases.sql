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
    order by cell_type, cell_key, metric_name, period, release_id desc
),

-- A cell whose latest release was withdrawn shows nothing, not an earlier one. Only floored counts go on from here.
visible as (
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
    left join withdrawn_releases on latest.release_id = withdrawn_releases.release_id
    left join cell_populations
        on latest.cell_type = cell_populations.cell_type and latest.cell_key = cell_populations.cell_key
    where withdrawn_releases.release_id is null
)

select
    visible.cell_type,
    visible.cell_key,
    visible.metric_name,
    metrics.metric_type,
    visible.period,
    visible.contributor_count,
    visible.figures || jsonb_build_object(
        'unit', metrics.unit,
        'direction', metrics.direction,
        'method', 'one value per contributor, quantiles interpolated linearly',
        'coverage', round(visible.contributor_count::numeric / visible.member_count, 2),
        'schema_version', 1
    ) as statistics,
    {{ confidence_level('visible.contributor_count', 'visible.member_count', 'visible.data_quality', 'visible.period') }}
        as confidence_level
from visible
inner join metrics on visible.metric_name = metrics.metric_name
