{{ config(alias='cell_members', changed='changed_contributors', unique_key=['contributor_id']) }}

with

cell_members as (
    select * from {{ ref('cell_members') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
)

-- Only once the cells stand: depends_on: {{ ref('cells') }}
select
    cell_members.contributor_id,
    cell_members.cell_type,
    cell_members.cell_key
from cell_members
inner join changed_contributors on cell_members.contributor_id = changed_contributors.contributor_id
