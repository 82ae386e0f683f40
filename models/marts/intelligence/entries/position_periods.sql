{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

releases as (
    select * from {{ ref('releases') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

cached_before as (
    select * from {{ source('cache', 'network_intelligence_cache') }}
),

-- Years, quarters and months differ in what is no digit. The last two of each, because some report later than others.
ranked as (
    select
        period,
        row_number() over (partition by translate(period, '0123456789', '') order by period desc) as place
    from releases
    group by period
),

current_versions as (
    select
        releases.period,
        md5({{ model_digest('peer_position_entries') }} || {{ var('cached_positions') }} || string_agg(
            concat_ws('|', releases.cell_type, releases.cell_key, releases.metric_name, releases.statistics),
            ';' order by releases.cell_type, releases.cell_key, releases.metric_name
        )) as version
    from releases
    inner join ranked on releases.period = ranked.period
    where ranked.place <= 2
    group by releases.period
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
