{{ config(materialized='table') }}

with

cell_outcomes as (
    select * from {{ ref('cell_outcomes') }}
),

reported_outcomes as (
    select * from {{ source('last_build', 'reported_outcomes') }}
),

moved as (
    select
        coalesce(cell_outcomes.metric_name, reported_outcomes.metric_name) as metric_name,
        coalesce(cell_outcomes.period, reported_outcomes.period) as period,
        coalesce(cell_outcomes.outcome, reported_outcomes.outcome) as outcome
    from cell_outcomes
    full outer join reported_outcomes
        on
            cell_outcomes.metric_name = reported_outcomes.metric_name
            and cell_outcomes.period = reported_outcomes.period
            and cell_outcomes.outcome = reported_outcomes.outcome
            and cell_outcomes.cell_type = reported_outcomes.cell_type
            and cell_outcomes.cell_key = reported_outcomes.cell_key
    where cell_outcomes.cell_key is null or reported_outcomes.cell_key is null
)

-- As D9 has it for releases: what fewer than k cells joined or left stays as it was.
select
    metric_name,
    period,
    outcome
from moved
group by metric_name, period, outcome
having count(*) >= {{ var('minimum_contributors') }}
