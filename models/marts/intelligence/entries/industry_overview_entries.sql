{%- set figures = ['mean', 'median', 'p10', 'p25', 'p75', 'p90', 'stddev'] -%}

with

releases as (
    select * from {{ ref('releases') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

industries as (
    select * from {{ ref('stg_industries') }}
),

released as (
    select
        releases.*,
        (releases.statistics ->> 'mean')::double precision as mean,
        (releases.statistics ->> 'median')::double precision as median,
        {{ period_ordinal('releases.period') }} as period_ordinal
    from releases
    where releases.cell_type = 'industry'
),

-- Beside the period just before, of the same length.
compared as (
    select
        released.*,
        jsonb_strip_nulls(jsonb_build_object(
            'period', released.period,
            'mean', released.statistics -> 'mean',
            'median', released.statistics -> 'median',
            'mean_change', {{ relative_change('min(released.mean) over the_period_before', 'released.mean') }},
            'median_change', {{ relative_change('min(released.median) over the_period_before', 'released.median') }}
        )) as step
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
        'industry', trends.cell_key,
        'name', industries.industry_name,
        'period', trends.period,
        'benchmarks', jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'metric', trends.metric_name,
                'category', metrics.data_category,
                'unit', trends.statistics -> 'unit',
                'direction', trends.statistics -> 'direction',
                'contributors', trends.contributor_count,
                'coverage', trends.statistics -> 'coverage',
                'confidence_level', trends.confidence_level,
                {% for figure in figures -%}
                    '{{ figure }}', trends.statistics -> '{{ figure }}',
                {% endfor -%}
                'trend', trends.trend
            ))
            order by trends.metric_name
        )
    )) as data
from trends
left join industries on trends.cell_key = industries.industry_code
left join metrics on trends.metric_name = metrics.metric_name
group by trends.cell_key, industries.industry_name, trends.period
