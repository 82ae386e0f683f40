with

-- The industry cells stand in both documented tables with the same figures; only here a row says when it is over.
network_benchmarks as (
    select * from {{ ref('network_benchmarks') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

industry_models as (
    select * from {{ ref('industry_models') }}
)

select
    published.benchmark_type,
    published.industry as industry_code,
    industry_models.industry_name,
    metrics.category,
    published.metric_name,
    published.period,
    published.participant_count as contributors,
    (published.statistics ->> 'mean')::double precision as mean,
    (published.statistics ->> 'median')::double precision as median,
    (published.statistics ->> 'p10')::double precision as p10,
    (published.statistics ->> 'p25')::double precision as p25,
    (published.statistics ->> 'p75')::double precision as p75,
    (published.statistics ->> 'p90')::double precision as p90,
    (published.statistics ->> 'stddev')::double precision as stddev,
    published.statistics ->> 'unit' as unit,
    published.statistics ->> 'direction' as direction,
    (published.statistics ->> 'coverage')::double precision as coverage,
    published.confidence_level::double precision as confidence_level
from network_benchmarks as published
left join metrics on published.metric_name = metrics.metric_name
left join industry_models on published.industry = industry_models.industry_code
where published.expires_at > now()
