{{ config(materialized='view') }}

with

series as (
    select * from {{ ref('stg_series') }}
)

select
    metric_name,
    period,
    metric_period_id,
    aggregation,
    md5(string_agg(
        concat_ws(
            '|', raw_metric_name, raw_period, raw_unit, last_batch_id,
            data_category, aggregation, allow_negative, conversion_factor
        ),
        ';' order by raw_metric_name, raw_period, raw_unit
    )) as inputs_digest
from series
where rejection_reason is null
group by metric_name, period, metric_period_id, aggregation
