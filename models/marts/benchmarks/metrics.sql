{{ config(materialized='incremental', incremental_strategy='replace_all') }}

with

metrics as (
    select * from {{ ref('stg_metrics') }}
)

select
    metric_name,
    data_category as category,
    unit,
    metric_type,
    direction,
    aggregation,
    component_of
from metrics
