{{ config(materialized='view') }}

with

counted_observations as (
    select * from {{ ref('counted_observations') }}
),

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

by_organization as (
    {{ reported_values('counted_observations', 'metric_periods', reporter='organization_id') }}
)

select
    metric_name,
    period,
    organization_id,
    value
from by_organization
