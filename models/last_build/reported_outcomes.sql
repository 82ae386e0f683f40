{{ config(changed='changed_outcomes', unique_key=['metric_name', 'period', 'outcome']) }}

with

cell_outcomes as (
    select * from {{ ref('cell_outcomes') }}
),

changed_outcomes as (
    select * from {{ ref('changed_outcomes') }}
)

select
    cell_outcomes.metric_name,
    cell_outcomes.period,
    cell_outcomes.outcome,
    cell_outcomes.cell_type,
    cell_outcomes.cell_key
from cell_outcomes
inner join changed_outcomes
    on
        cell_outcomes.metric_name = changed_outcomes.metric_name
        and cell_outcomes.period = changed_outcomes.period
        and cell_outcomes.outcome = changed_outcomes.outcome
