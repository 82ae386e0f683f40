with

releases as (
    select * from {{ ref('releases') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

overview_versions as (
    select * from {{ ref('overview_versions') }}
),

industries as (
    select * from {{ ref('stg_industries') }}
),

recent_periods as (
    select * from {{ ref('recent_periods') }}
),

cached_before as (
    select * from {{ source('cache', 'network_intelligence_cache') }}
    where cache_type = 'industry_overview'
),

released as (
    select
        releases.*,
        overview_versions.version,
        overview_versions.industry_name,
        (releases.statistics ->> 'mean')::double precision as mean,
        (releases.statistics ->> 'median')::double precision as median,
        {{ period_ordinal('releases.period') }} as period_ordinal
    from releases
    inner join overview_versions on releases.cell_key = overview_versions.cell_key
    where releases.cell_type = 'industry' and not overview_versions.is_cached
),

-- Beside the period just before, of the same length.
compared as (
    select
        released.*,
        jsonb_build_object(
            'period', released.period,
            'mean', released.statistics -> 'mean',
            'median', released.statistics -> 'median',
            'mean_change', {{ relative_change('min(released.mean) over the_period_before', 'released.mean') }},
            'median_change', {{ relative_change('min(released.median) over the_period_before', 'released.median') }}
        ) as step
    from released
    window the_period_before as (
        partition by released.cell_key, released.metric_name
        order by released.period_ordinal
        range between 1 preceding and 1 preceding
    )
),

trends as (
    select
        compared.*,
        jsonb_agg(compared.step) over (
            partition by compared.cell_key, compared.metric_name
            order by compared.period_ordinal
            range between 4 preceding and current row
        ) as trend
    from compared
)

select
    'industry_overview' as cache_type,
    trends.cell_key as subject,
    trends.period,
    jsonb_strip_nulls(jsonb_build_object(
        'status', 'published',
        'industry', trends.cell_key,
        'name', trends.industry_name,
        'period', trends.period,
        'version', trends.version,
        'benchmarks', jsonb_agg(
            trends.statistics - array['method', 'schema_version'] || jsonb_build_object(
                'metric', trends.metric_name,
                'category', metrics.data_category,
                'contributors', trends.contributor_count,
                'confidence_level', trends.confidence_level,
                'trend', trends.trend
            )
            order by trends.metric_name
        )
    )) as data
from trends
left join metrics on trends.metric_name = metrics.metric_name
group by trends.cell_key, trends.version, trends.industry_name, trends.period
union all
select
    cached_before.cache_type,
    overview_versions.cell_key as subject,
    cached_before.data ->> 'period' as period,
    cached_before.data
from cached_before
inner join overview_versions
    on
        cached_before.data ->> 'industry' = overview_versions.cell_key
        and cached_before.data ->> 'version' = overview_versions.version
where overview_versions.is_cached
union all
-- Of every industry that is known: a list of those in which somebody reports would tell where somebody does.
select
    'industry_overview' as cache_type,
    industries.industry_code as subject,
    recent_periods.period,
    jsonb_strip_nulls(jsonb_build_object(
        'status', 'insufficient_data',
        'industry', industries.industry_code,
        'name', industries.industry_name,
        'period', recent_periods.period,
        'benchmarks', '[]'::jsonb
    )) as data
from industries
cross join recent_periods
where
    (industries.industry_code, recent_periods.period) not in (
        select
            releases.cell_key,
            releases.period
        from releases
        where releases.cell_type = 'industry'
    )
