{{ config(materialized='incremental', incremental_strategy='replace_all') }}

with

outcome_counts as (
    select * from {{ ref('outcome_counts') }}
)

-- The report and what it reports on stand together:
-- depends_on: {{ ref('industry_benchmarks') }}
-- depends_on: {{ ref('network_benchmarks') }}
select
    metric_name,
    period,
    outcome,
    rule,
    cells
from outcome_counts
