{%- set better = better_quartile('placed.direction', 'figures.p25', 'figures.p75') -%}

-- Else PostgreSQL, which expects few observations of a series, looks each series up by itself.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['metric_name', 'period'],
    pre_hook="{{ 'set local enable_nestloop = off' if is_incremental() }}",
    post_hook=[
        "delete from {{ this }} as gone where not exists (
            select from {{ ref('position_versions') }} as kept
            where kept.metric_name = gone.metric_name and kept.period = gone.period
        )",
        "{{ 'analyze ' ~ this if not is_incremental() }}",
    ],
) }}

-- Of which everybody is to be placed anew. Asked twice: for the periods to read, and by the query itself.
-- depends_on: {{ ref('changed_metric_periods') }}
-- depends_on: {{ ref('stg_series') }}
{%- set stale -%}
    select
        versions.metric_name,
        versions.period,
        versions.version
    from {{ ref('position_versions') }} as versions
    {%- if is_incremental() %}
        where
            not exists (
                select from {{ this }} as standing
                where
                    standing.metric_name = versions.metric_name
                    and standing.period = versions.period
                    and standing.version = versions.version
            )
        union
        select
            versions.metric_name,
            versions.period,
            versions.version
        from {{ ref('position_versions') }} as versions
        inner join {{ ref('changed_metric_periods') }} as changed
            on versions.metric_name = changed.metric_name and versions.period = changed.period
    {%- endif %}
{%- endset %}

with

counted_observations as (
    select * from {{ ref('counted_observations') }}
),

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

compared_cells as not materialized (
    select * from {{ ref('compared_cells') }}
),

compared_figures as (
    select * from {{ ref('compared_figures') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

-- Not materialized, as the one above: what was is read by one process only, and so would be the observations.
stale as not materialized (
    {{ stale }}
),

own_reports as (
    select * from counted_observations
    where
        (metric_name, period) in (
            select
                stale.metric_name,
                stale.period
            from stale
        )
        and organization_id in (select compared_cells.organization_id from compared_cells)
        {% if is_incremental() %}
            and raw_period in ({{ raw_periods('(' ~ stale ~ ')') }})
        {% endif %}
),

own_values as (
    {{ reported_values('own_reports', 'metric_periods', reporter='organization_id') }}
),

placed as (
    select
        compared_cells.organization_id,
        compared_cells.cell_type,
        compared_cells.cell_key,
        own_values.metric_name,
        own_values.period,
        own_values.value,
        metrics.unit,
        metrics.direction
    from own_values
    inner join compared_cells on own_values.organization_id = compared_cells.organization_id
    inner join metrics on own_values.metric_name = metrics.metric_name
    where own_values.value is not null
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
