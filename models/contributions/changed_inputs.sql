{{ config(materialized='view') }}

with

input_versions as (
    select * from {{ ref('input_versions') }}
),

input_versions_before as (
    select * from {{ source('last_build', 'input_versions') }}
)

select
    input_versions.input_name,
    input_versions.versions
from input_versions
left join input_versions_before on input_versions.input_name = input_versions_before.input_name
where input_versions.versions is distinct from input_versions_before.versions
