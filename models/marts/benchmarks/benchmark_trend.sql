with

benchmarks as (
    select * from {{ ref('benchmarks') }}
),

dated as (
    select
        benchmarks.*,
        coalesce(benchmarks.industry_code, '') as industry_key,
        {{ previous_period('benchmarks.period') }} as period_before
    from benchmarks
)

select
    dated.benchmark_type,
    dated.industry_code,
    dated.industry_name,
    dated.category,
    dated.metric_name,
    dated.period,
    dated.unit,
    dated.direction,
    dated.contributors,
    dated.median,
    dated.mean,
    previous.period as previous_period,
    previous.median as previous_median,
    previous.mean as previous_mean,
    {{ relative_change('previous.median', 'dated.median') }} as median_change,
    {{ relative_change('previous.mean', 'dated.mean') }} as mean_change
from dated
left join dated as previous
    on
        dated.benchmark_type = previous.benchmark_type
        and dated.industry_key = previous.industry_key
        and dated.metric_name = previous.metric_name
        and dated.period_before = previous.period
