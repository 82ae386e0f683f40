with

releases as (
    select * from {{ ref('releases') }}
    where cell_type = 'industry'
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

industries as (
    select * from {{ ref('stg_industries') }}
),

cached_before as (
    select * from {{ source('cache', 'network_intelligence_cache') }}
    where cache_type = 'industry_overview'
),

current_versions as (
    select
        releases.cell_key,
        industries.industry_name,
        count(distinct releases.period) as period_count,
        md5(concat_ws('|', {{ model_digest('industry_overview_entries') }}, industries.industry_name, string_agg(
            concat_ws(
                '|', releases.metric_name, metrics.data_category, releases.period,
                releases.statistics, releases.confidence_level
            ),
            ';' order by releases.metric_name, releases.period
        ))) as version
    from releases
    left join industries on releases.cell_key = industries.industry_code
    left join metrics on releases.metric_name = metrics.metric_name
    group by releases.cell_key, industries.industry_name
),

cached_versions as (
    select
        data ->> 'industry' as cell_key,
        data ->> 'version' as version,
        count(*) as period_count
    from cached_before
    group by data ->> 'industry', data ->> 'version'
)

select
    current_versions.cell_key,
    current_versions.industry_name,
    current_versions.version,
    cached_versions.version is not null as is_cached
from current_versions
left join cached_versions
    on
        current_versions.cell_key = cached_versions.cell_key
        and current_versions.version = cached_versions.version
        and current_versions.period_count = cached_versions.period_count
