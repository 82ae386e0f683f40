with

industry_benchmarks as (
    select * from {{ ref('industry_benchmarks') }}
),

network_benchmarks as (
    select * from {{ ref('network_benchmarks') }}
),

-- The industry cells stand in both tables with the same figures; here they come from the first.
published as (
    select
        'industry' as benchmark_type,
        industry_code,
        metric_name,
        period,
        sample_size as contributors,
        statistics
    from industry_benchmarks
    union all
    select
        benchmark_type,
        industry as industry_code,
        metric_name,
        period,
        participant_count as contributors,
        statistics
    from network_benchmarks
    where benchmark_type <> 'industry' and expires_at > now()
)

select
    benchmark_type,
    industry_code,
    metric_name,
    period,
    contributors,
    (statistics ->> 'mean')::double precision as mean,
    (statistics ->> 'median')::double precision as median,
    (statistics ->> 'p10')::double precision as p10,
    (statistics ->> 'p25')::double precision as p25,
    (statistics ->> 'p75')::double precision as p75,
    (statistics ->> 'p90')::double precision as p90,
    (statistics ->> 'stddev')::double precision as stddev,
    statistics ->> 'unit' as unit,
    statistics ->> 'direction' as direction,
    (statistics ->> 'coverage')::double precision as coverage
from published
