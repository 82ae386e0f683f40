{{ config(incremental_strategy='upsert', unique_key=['series_id'], delete_missing=true) }}

with

series as (
    select * from {{ ref('stg_series') }}
),

catalogue as (
    select * from {{ ref('metric_catalogue') }}
)

select
    series.series_id,
    series.metric_name,
    series.period,
    catalogue.gri_disclosure
from series
inner join catalogue on series.metric_name = catalogue.metric_name
where series.rejection_reason is null
