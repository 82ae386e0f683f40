{{ config(materialized='view') }}

with

-- Not materialized, so that one organisation's cells are found without reading everybody.
organizations as not materialized (
    select * from {{ ref('counted_organizations') }}
),

organization_industries as (
    select * from {{ ref('stg_organization_industries') }}
),

industry_cells as (
    select * from {{ ref('industry_cells') }}
),

peer_group_members as (
    select * from {{ ref('stg_peer_group_members') }}
)

select
    organization_id,
    'network' as cell_type,
    '' as cell_key,
    false as is_own_industry
from organizations
union all
select
    organization_industries.organization_id,
    'industry' as cell_type,
    industry_cells.cell_key,
    industry_cells.is_lowest as is_own_industry
from organization_industries
inner join industry_cells on organization_industries.industry_code = industry_cells.industry_code
inner join organizations on organization_industries.organization_id = organizations.organization_id
union all
select
    peer_group_members.organization_id,
    'peer_group' as cell_type,
    peer_group_members.peer_group_id::text as cell_key,
    false as is_own_industry
from peer_group_members
inner join organizations on peer_group_members.organization_id = organizations.organization_id
