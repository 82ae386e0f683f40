{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

cells as (
    select * from {{ ref('cells') }}
),

primary_suppression as (
    select * from {{ ref('primary_suppression') }}
),

cell_populations as (
    select * from {{ ref('cell_populations') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

-- Only what is shown goes on from here: counts floored, and no figure that a rule withholds.
shown as (
    select
        cells.cell_type,
        cells.cell_key,
        cells.metric_name,
        cells.period,
        cells.data_quality,
        {{ floored_count('cells.contributor_count') }} as contributor_count,
        greatest(
            {{ floored_count('cell_populations.member_count') }}, {{ floored_count('cells.contributor_count') }}
        ) as member_count,
        jsonb_strip_nulls(jsonb_build_object(
            'mean', case when allowed.allows_mean then {{ significant('cells.mean') }} end,
            'median', case when allowed.allows_median then {{ significant('cells.quantiles[3]') }} end,
            'p10', case when allowed.allows_deciles then {{ significant('cells.quantiles[1]') }} end,
            'p25', case when allowed.allows_quartiles then {{ significant('cells.quantiles[2]') }} end,
            'p75', case when allowed.allows_quartiles then {{ significant('cells.quantiles[4]') }} end,
            'p90', case when allowed.allows_deciles then {{ significant('cells.quantiles[5]') }} end,
            'stddev', case when allowed.allows_stddev then {{ significant('cells.stddev') }} end
        )) as figures
    from cells
    inner join primary_suppression as allowed
        on
            cells.cell_type = allowed.cell_type
            and cells.cell_key = allowed.cell_key
            and cells.metric_name = allowed.metric_name
            and cells.period = allowed.period
    inner join cell_populations
        on cells.cell_type = cell_populations.cell_type and cells.cell_key = cell_populations.cell_key
    where allowed.allows_mean or allowed.allows_median
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
