with

releases as (
    select * from {{ ref('releases') }}
),

recent_periods as (
    select * from {{ ref('recent_periods') }}
),

cell_populations as (
    select * from {{ ref('cell_populations') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

outcome_counts as (
    select * from {{ ref('outcome_counts') }}
),

periods as (
    select
        coalesce(releases.period, recent_periods.period) as period,
        count(releases.metric_name) as benchmarks,
        count(distinct releases.metric_name) as metrics,
        count(distinct releases.cell_key) filter (where releases.cell_type = 'industry') as industries,
        count(distinct releases.cell_key) filter (where releases.cell_type = 'peer_group') as peer_groups
    from releases
    full outer join recent_periods on releases.period = recent_periods.period
    group by coalesce(releases.period, recent_periods.period)
),

-- From what is published alone, as in the mart `coverage`.
categories as (
    select
        releases.period,
        metrics.data_category,
        count(*) as metrics,
        max(releases.contributor_count) as organizations,
        max((releases.statistics ->> 'coverage')::numeric) as coverage
    from releases
    inner join metrics on releases.metric_name = metrics.metric_name
    where releases.cell_type = 'network'
    group by releases.period, metrics.data_category
),

coverage as (
    select
        period,
        jsonb_agg(
            jsonb_build_object(
                'category', data_category,
                'metrics', metrics,
                'organizations', organizations,
                'coverage', coverage
            )
            order by data_category
        ) as listed
    from categories
    group by period
),

-- Only what the privacy report shows: a total beside its rows would tell what they leave out.
withheld as (
    select
        period,
        sum(cells) as cells
    from outcome_counts
    where outcome = 'withheld'
    group by period
)

select
    'network_summary' as cache_type,
    null::text as subject,
    periods.period,
    jsonb_strip_nulls(jsonb_build_object(
        'status', case when periods.benchmarks > 0 then 'published' else 'insufficient_data' end,
        'period', periods.period,
        'metrics', periods.metrics,
        'industries', periods.industries,
        'peer_groups', periods.peer_groups,
        'benchmarks', periods.benchmarks,
        'withheld', withheld.cells,
        'members', (
            select nullif({{ floored_count('cell_populations.member_count') }}, 0)
            from cell_populations
            where cell_populations.cell_type = 'network'
        ),
        'coverage', coalesce(coverage.listed, '[]')
    )) as data
from periods
left join coverage on periods.period = coverage.period
left join withheld on periods.period = withheld.period
