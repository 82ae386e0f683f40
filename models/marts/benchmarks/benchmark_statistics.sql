{%- set statistics = ['mean', 'median', 'p10', 'p25', 'p75', 'p90', 'stddev'] -%}

with

benchmarks as (
    select * from {{ ref('benchmarks') }}
)

select
    benchmarks.benchmark_type,
    benchmarks.industry_code,
    benchmarks.industry_name,
    benchmarks.category,
    benchmarks.metric_name,
    benchmarks.period,
    benchmarks.contributors,
    figure.statistic,
    figure.value,
    benchmarks.unit
from benchmarks
cross join
    unnest(
        array['{{ statistics | join("', '") }}'],
        array[benchmarks.{{ statistics | join(', benchmarks.') }}]
    ) as figure (statistic, value)
where figure.value is not null
