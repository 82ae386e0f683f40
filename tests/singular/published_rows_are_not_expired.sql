with

network_benchmarks as (
    select * from {{ ref('network_benchmarks') }}
),

network_intelligence_cache as (
    select * from {{ ref('network_intelligence_cache') }}
),

published as (
    select
        'network_benchmarks' as table_name,
        concat_ws(':', benchmark_type, industry, metric_name, period) as row_key,
        expires_at
    from network_benchmarks
    union all
    select
        'network_intelligence_cache' as table_name,
        cache_key as row_key,
        expires_at
    from network_intelligence_cache
)

select
    table_name,
    row_key
from published
where expires_at <= {{ as_of() }}
