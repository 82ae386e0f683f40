with recursive

-- Not materialized, so that whoever asks for one metric or industry pays for that.
benchmarks as not materialized (
    select * from {{ ref('benchmarks') }}
),

-- As in stg_industries, which an analyst may not read.
industries as (
    select
        industry.industry_code,
        parent.industry_code as parent_code
    from {{ ref('industry_models') }} as industry
    left join {{ ref('industry_models') }} as parent
        on nullif(industry.configuration ->> 'parent_industry_code', industry.industry_code) = parent.industry_code
),

-- Every cell that is known. A list of the cells in which somebody reports would tell where somebody does.
cells as (
    select
        'network' as benchmark_type,
        '' as industry_code
    union all
    select
        'industry' as benchmark_type,
        industry_code
    from industries
    union all
    select distinct
        benchmark_type,
        coalesce(industry_code, '') as industry_code
    from benchmarks
    where benchmark_type like 'peer_group:%'
),

metric_periods as (
    select distinct
        metric_name,
        period
    from benchmarks
),

-- From a cell up to the network; a circle of parents is left for it.
ladder as (
    select
        benchmark_type,
        industry_code,
        benchmark_type as level_type,
        industry_code as level_code,
        0 as steps
    from cells
    union all
    select
        ladder.benchmark_type,
        ladder.industry_code,
        case when industries.parent_code is null then 'network' else 'industry' end as level_type,
        coalesce(industries.parent_code, '') as level_code,
        ladder.steps + 1 as steps
    from ladder
    left join industries
        on
            ladder.level_type = 'industry'
            and ladder.level_code = industries.industry_code
            and ladder.steps < {{ var('deepest_industry_level') }}
    where ladder.level_type <> 'network'
),

nearest_shown as (
    select distinct on (ladder.benchmark_type, ladder.industry_code, benchmarks.metric_name, benchmarks.period)
        ladder.benchmark_type,
        ladder.industry_code,
        benchmarks.metric_name,
        benchmarks.period,
        ladder.level_type,
        ladder.level_code,
        ladder.steps
    from ladder
    inner join benchmarks
        on ladder.level_type = benchmarks.benchmark_type and ladder.level_code = coalesce(benchmarks.industry_code, '')
    order by
        ladder.benchmark_type asc, ladder.industry_code asc, benchmarks.metric_name asc, benchmarks.period asc,
        ladder.steps asc
)

select
    cells.benchmark_type,
    nullif(cells.industry_code, '') as industry_code,
    metric_periods.metric_name,
    metric_periods.period,
    case when nearest_shown.steps = 0 then 'published' else 'insufficient_data' end as status,
    nearest_shown.level_type as level_used_type,
    nullif(nearest_shown.level_code, '') as level_used_code
from cells
cross join metric_periods
left join nearest_shown
    on
        cells.benchmark_type = nearest_shown.benchmark_type
        and cells.industry_code = nearest_shown.industry_code
        and metric_periods.metric_name = nearest_shown.metric_name
        and metric_periods.period = nearest_shown.period
