with

benchmarks as (
    select * from {{ ref('benchmarks') }}
),

paired as (
    select
        benchmarks.*,
        min(benchmarks.period) over the_period_before as previous_period,
        min(benchmarks.median) over the_period_before as previous_median,
        min(benchmarks.mean) over the_period_before as previous_mean
    from benchmarks
    window the_period_before as (
        partition by benchmark_type, industry_code, metric_name
        order by {{ period_ordinal('period') }}
        range between 1 preceding and 1 preceding
    )
)

select
    benchmark_type,
    industry_code,
    industry_name,
    category,
    metric_name,
    period,
    unit,
    direction,
    contributors,
    median,
    mean,
    previous_period,
    previous_median,
    previous_mean,
    {{ relative_change('previous_median', 'median') }} as median_change,
    {{ relative_change('previous_mean', 'mean') }} as mean_change
from paired
