{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

position_versions as (
    select * from {{ ref('position_versions') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

cached_before as (
    select * from {{ source('cache', 'network_intelligence_cache') }}
),

current_versions as (
    select
        period,
        md5({{ model_digest('peer_position_entries') }} || string_agg(version, ';' order by metric_name)) as version
    from position_versions
    group by period
),

cached_versions as (
    select
        data ->> 'period' as period,
        array_agg(distinct data ->> 'version') as versions
    from cached_before
    where cache_type = 'peer_position' and data ? 'version'
    group by data ->> 'period'
)

select
    current_versions.period,
    current_versions.version,
    coalesce(cached_versions.versions <> array[current_versions.version], true)
    or current_versions.period in (select changed_metric_periods.period from changed_metric_periods) as is_stale
from current_versions
left join cached_versions on current_versions.period = cached_versions.period
