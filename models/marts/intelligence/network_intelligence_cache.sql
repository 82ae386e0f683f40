{{ config(
    unique_key=['cache_key'],
    delete_missing=true,
    timestamps=['created_at'],
) }}

with

releases as (
    select * from {{ ref('releases') }}
),

cell_populations as (
    select * from {{ ref('cell_populations') }}
),

cached_before as (
    select * from {{ this }}
),

network_summaries as (
    select
        'network_summary:' || lower(period) as cache_key,
        'network_summary' as cache_type,
        jsonb_strip_nulls(jsonb_build_object(
            'period', period,
            'metrics', count(distinct metric_name),
            'industries', count(distinct cell_key) filter (where cell_type = 'industry'),
            'benchmarks', count(*),
            'members', (
                select nullif({{ floored_count('cell_populations.member_count') }}, 0)
                from cell_populations
                where cell_populations.cell_type = 'network'
            )
        )) as data
    from releases
    group by period
)

select
    network_summaries.cache_key,
    network_summaries.cache_type,
    network_summaries.data,
    {{ as_of() }} as created_at,
    {{ renewed_expiry('cached_before.expires_at') }} as expires_at
from network_summaries
left join cached_before on network_summaries.cache_key = cached_before.cache_key
