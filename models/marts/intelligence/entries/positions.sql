{%- set better = better_quartile('placed.direction', 'figures.p25', 'figures.p75') -%}

with

contributions as (
    select * from {{ ref('contributions') }}
),

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

position_periods as (
    select * from {{ ref('position_periods') }}
),

compared_cells as (
    select * from {{ ref('compared_cells') }}
),

compared_figures as (
    select * from {{ ref('compared_figures') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

placed as (
    select
        compared_cells.organization_id,
        compared_cells.cell_type,
        compared_cells.cell_key,
        contributions.metric_name,
        contributions.period,
        contributions.value,
        metrics.unit,
        metrics.direction
    from contributions
    inner join metric_periods
        on contributions.metric_name = metric_periods.metric_name and contributions.period = metric_periods.period
    inner join position_periods on metric_periods.period = position_periods.period
    inner join compared_cells on contributions.contributor_id = compared_cells.organization_id
    inner join metrics on contributions.metric_name = metrics.metric_name
    where position_periods.is_stale and contributions.value is not null
)

select
    placed.organization_id,
    placed.metric_name,
    placed.period,
    placed.value,
    placed.unit,
    placed.direction,
    case placed.cell_type
        when 'peer_group' then 'peer_group:' || placed.cell_key
        else placed.cell_type
    end as benchmark_type,
    figures.industry_code,
    case
        when placed.cell_key is null then 'industry_unknown'
        when figures.seen_from is null then 'insufficient_data'
        else 'published'
    end as status,
    figures.contributor_count,
    figures.mean,
    figures.median,
    figures.p25,
    figures.p75,
    {{ quartile_position('placed.value', 'placed.direction', 'figures.p25', 'figures.median', 'figures.p75') }}
        as quartile,
    {{ gap('figures.median', 'placed.value') }} as gap_to_median,
    {{ gap(better, 'placed.value') }} as gap_to_better_quartile
from placed
left join compared_figures as figures
    on
        placed.cell_type = figures.cell_type
        and placed.cell_key = figures.seen_from
        and placed.metric_name = figures.metric_name
        and placed.period = figures.period
