-- Else PostgreSQL, which expects few observations of a series, looks each series up by itself.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    changed='changed_metric_periods',
    unique_key=['metric_name', 'period'],
    indexes=[{'columns': ['metric_name', 'period']}],
    pre_hook='set local enable_nestloop = off',
    post_hook="{{ 'analyze ' ~ this if not is_incremental() }}",
) }}

with

counted_observations as (
    select * from {{ ref('counted_observations') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

reports as (
    select * from counted_observations
    {% if is_incremental() %}
        where
            raw_period in ({{ raw_periods(ref('changed_metric_periods')) }})
            and (metric_name, period) in (
                select
                    changed_metric_periods.metric_name,
                    changed_metric_periods.period
                from changed_metric_periods
            )
    {% endif %}
),

by_contributor as (
    {{ reported_values('reports', 'metric_periods', reporter='contributor_id') }}
)

-- The spellings of periods come from: depends_on: {{ ref('stg_series') }}
select
    metric_name,
    period,
    contributor_id,
    value,
    data_quality
from by_contributor
