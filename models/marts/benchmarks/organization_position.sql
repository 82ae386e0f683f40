{{ config(grants={'select': ['blipee_member']}) }}

{%- set better = better_quartile('benchmarks.direction', 'benchmarks.p25', 'benchmarks.p75') -%}

with

benchmarks as (
    select * from {{ ref('benchmarks') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

-- Of these a member sees its own.
group_edges as (
    select * from {{ source('platform', 'network_edges') }}
    where edge_type = 'subsidiary_of'
),

-- Which reads, of the reader alone:
-- depends_on: {{ ref('organization_values') }}
-- depends_on: {{ ref('organization_cells') }}
own_contributions as (
    select * from public.blipee_own_contributions()
),

reader as (
    select
        public.blipee_organization_id() as organization_id,
        (select count(*) from group_edges) > 0 as is_part_of_a_group
),

-- Whoever has no industry has a row that says so.
unplaced as (
    select
        'industry' as cell_type,
        null as cell_key,
        metric_name,
        period,
        value
    from own_contributions
    group by metric_name, period, value
    having count(*) filter (where cell_type = 'industry') = 0
),

every_place as (
    select * from own_contributions
    union all
    select * from unplaced
),

placed as (
    select
        every_place.*,
        case every_place.cell_type
            when 'peer_group' then 'peer_group:' || every_place.cell_key
            else every_place.cell_type
        end as benchmark_type
    from every_place
)

select
    reader.organization_id,
    placed.metric_name,
    placed.period,
    placed.benchmark_type,
    case placed.cell_type when 'industry' then placed.cell_key else benchmarks.industry_code end as industry_code,
    case
        when placed.metric_name is null then 'not_counted'
        when placed.cell_key is null then 'industry_unknown'
        when benchmarks.metric_name is null then 'insufficient_data'
        else 'published'
    end as status,
    case
        when placed.metric_name is null then null
        when reader.is_part_of_a_group then 'unconsolidated'
        else 'as_counted'
    end as basis,
    placed.value,
    metrics.unit,
    metrics.direction,
    benchmarks.contributors,
    benchmarks.mean,
    benchmarks.median,
    benchmarks.p25,
    benchmarks.p75,
    {{ quartile_position(
        'placed.value', 'benchmarks.direction', 'benchmarks.p25', 'benchmarks.median', 'benchmarks.p75'
    ) }} as quartile,
    {{ gap('benchmarks.median', 'placed.value') }}::double precision as gap_to_median,
    {{ gap(better, 'placed.value') }}::double precision as gap_to_better_quartile
from reader
left join placed on true
left join metrics on placed.metric_name = metrics.metric_name
left join benchmarks
    on
        placed.benchmark_type = benchmarks.benchmark_type
        and placed.metric_name = benchmarks.metric_name
        and placed.period = benchmarks.period
        and (placed.cell_type <> 'industry' or placed.cell_key = benchmarks.industry_code)
where reader.organization_id is not null
