{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

spellings as (
    select * from {{ source('raw', 'observed_series') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

units as (
    select * from {{ ref('unit_conversions') }}
),

read as (
    select
        series_id,
        metric_name as raw_metric_name,
        period as raw_period,
        unit as raw_unit,
        last_batch_id,
        {{ canonical_name('metric_name') }} as metric_name,
        {{ canonical_period('period') }} as period,
        trim(unit) as unit
    from spellings
),

converted as (
    select
        read.*,
        metrics.metric_name is not null as is_known_metric,
        metrics.data_category,
        metrics.aggregation,
        metrics.allow_negative,
        case
            when read.unit = metrics.unit then 1
            when given.dimension = wanted.dimension then given.factor_to_base / wanted.factor_to_base
        end::double precision as conversion_factor
    from read
    left join metrics on read.metric_name = metrics.metric_name
    left join units as given on read.unit = given.unit
    left join units as wanted on metrics.unit = wanted.unit
)

select
    series_id,
    raw_metric_name,
    raw_period,
    raw_unit,
    last_batch_id,
    metric_name,
    period,
    -- Sorts faster than the two texts; numbers one build only.
    dense_rank() over (order by metric_name, period) as metric_period_id,
    data_category,
    aggregation,
    allow_negative,
    conversion_factor,
    case
        when not is_known_metric then 'unknown metric'
        when period is null then 'unreadable period'
        when conversion_factor is null then 'unit does not convert'
    end as rejection_reason
from converted
