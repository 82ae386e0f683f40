{{ config(alias='input_versions', changed='changed_inputs', unique_key=['input_name']) }}

with

input_versions as (
    select * from {{ ref('input_versions') }}
),

changed_inputs as (
    select * from {{ ref('changed_inputs') }}
)

-- Last of all, once everybody stands where they belong: depends_on: {{ ref('finished_metric_periods') }}
-- depends_on: {{ ref('counted_organizations') }}
-- depends_on: {{ ref('cell_members') }}
select
    input_versions.input_name,
    input_versions.versions
from input_versions
inner join changed_inputs on input_versions.input_name = changed_inputs.input_name
