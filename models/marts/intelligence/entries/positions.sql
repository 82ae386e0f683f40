{%- set better = better_quartile('placed.direction', 'figures.p25', 'figures.p75') -%}

{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['metric_name', 'period'],
    post_hook=[
        "delete from {{ this }} as gone where not exists (
            select from {{ ref('position_versions') }} as kept
            where kept.metric_name = gone.metric_name and kept.period = gone.period
        )",
        "{{ 'analyze ' ~ this if not is_incremental() }}",
    ],
) }}

with

position_versions as (
    select * from {{ ref('position_versions') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

contributions as (
    select * from {{ ref('contributions') }}
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

stale as materialized (
    select
        position_versions.metric_name,
        position_versions.period,
        position_versions.version
    from position_versions
    {% if is_incremental() %}
        where
            (position_versions.metric_name, position_versions.period, position_versions.version) not in (
                select
                    standing.metric_name,
                    standing.period,
                    standing.version
                from {{ this }} as standing
            )
            or (position_versions.metric_name, position_versions.period) in (
                select
                    changed_metric_periods.metric_name,
                    changed_metric_periods.period
                from changed_metric_periods
            )
    {% endif %}
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
    from stale
    inner join contributions on stale.metric_name = contributions.metric_name and stale.period = contributions.period
    inner join compared_cells on contributions.contributor_id = compared_cells.organization_id
    inner join metrics on contributions.metric_name = metrics.metric_name
    where contributions.value is not null
)

-- Where nobody is to be placed, one row says just that: of which version this is true.
select
    placed.organization_id,
    stale.metric_name,
    stale.period,
    stale.version,
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
from stale
left join placed on stale.metric_name = placed.metric_name and stale.period = placed.period
left join compared_figures as figures
    on
        placed.cell_type = figures.cell_type
        and placed.cell_key = figures.seen_from
        and placed.metric_name = figures.metric_name
        and placed.period = figures.period
