{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

organizations as (
    select * from {{ ref('positioned_organizations') }}
),

organization_cells as (
    select * from {{ ref('organization_cells') }}
),

-- As an array, so that PostgreSQL looks up these organisations instead of bringing together those of everybody.
own_cells as (
    select * from organization_cells
    where
        cell_type <> 'network'
        and organization_id = any(array(select organizations.organization_id from organizations))
)

-- Whoever has no industry has a row that says so.
select
    organizations.organization_id,
    'industry' as cell_type,
    own_cells.cell_key
from organizations
left join own_cells on organizations.organization_id = own_cells.organization_id and own_cells.is_own_industry
union all
select
    organization_id,
    cell_type,
    cell_key
from own_cells
where cell_type = 'peer_group'
