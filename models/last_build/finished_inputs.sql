{{ config(alias='input_versions', changed='changed_inputs', unique_key=['input_name']) }}

with

changed_inputs as (
    select * from {{ ref('changed_inputs') }}
)

-- Last of all, once everybody stands where they belong: depends_on: {{ ref('finished_metric_periods') }}
select
    input_name,
    versions
from changed_inputs
