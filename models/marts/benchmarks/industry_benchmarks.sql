{{ config(
    unique_key=['industry_code', 'metric_name', 'period'],
    delete_missing=true,
    timestamps=['last_updated'],
) }}

with

releases as (
    select * from {{ ref('releases') }}
)

select
    cell_key as industry_code,
    metric_name,
    metric_type,
    period,
    statistics,
    contributor_count as sample_size,
    {{ as_of() }} as last_updated
from releases
where cell_type = 'industry'
