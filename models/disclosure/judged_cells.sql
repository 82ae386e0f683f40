{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    changed='changed_metric_periods',
    unique_key=['metric_name', 'period'],
    full_refresh=false,
) }}

with

allowed_figures as (
    select * from {{ ref('allowed_figures') }}
),

candidates as (
    select * from {{ ref('release_candidates') }}
)

-- Of what changed, as both are: depends_on: {{ ref('changed_metric_periods') }}
select
    allowed_figures.cell_type,
    allowed_figures.cell_key,
    allowed_figures.metric_name,
    allowed_figures.period,
    allowed_figures.withheld_by,
    coalesce(candidates.figures, '{}') as figures
from allowed_figures
left join candidates
    on
        allowed_figures.cell_type = candidates.cell_type
        and allowed_figures.cell_key = candidates.cell_key
        and allowed_figures.metric_name = candidates.metric_name
        and allowed_figures.period = candidates.period
