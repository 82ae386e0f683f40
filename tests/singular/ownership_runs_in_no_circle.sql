{{ config(severity='warn') }}

with

ownership as (
    select * from {{ ref('ownership') }}
)

select
    contributor_id,
    count(*) as entity_count
from ownership
where is_cycle
group by contributor_id
