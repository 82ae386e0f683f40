{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    changed='changed_metric_periods',
    unique_key=['metric_name', 'period'],
    post_hook="{{ 'analyze ' ~ this if not is_incremental() }}",
) }}

with

contributions as (
    select * from {{ ref('contributions') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

organizations as (
    select * from {{ ref('positioned_organizations') }}
)

select
    contributions.contributor_id as organization_id,
    contributions.metric_name,
    contributions.period,
    contributions.value
from contributions
inner join organizations on contributions.contributor_id = organizations.organization_id
where
    contributions.value is not null
    {% if is_incremental() %}
        and (contributions.metric_name, contributions.period) in (
            select
                changed_metric_periods.metric_name,
                changed_metric_periods.period
            from changed_metric_periods
        )
    {% endif %}
