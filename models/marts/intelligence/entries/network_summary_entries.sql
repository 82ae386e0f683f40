with

releases as (
    select * from {{ ref('releases') }}
),

cell_populations as (
    select * from {{ ref('cell_populations') }}
)

select
    'network_summary' as cache_type,
    null::text as subject,
    period,
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
