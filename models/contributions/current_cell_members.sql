{{ config(materialized='view') }}

with

ownership as (
    select * from {{ ref('ownership') }}
),

organization_industries as (
    select * from {{ ref('stg_organization_industries') }}
),

industry_cells as (
    select * from {{ ref('industry_cells') }}
),

peer_group_members as (
    select * from {{ ref('stg_peer_group_members') }}
),

contributors as (
    select
        ownership.contributor_id,
        organization_industries.industry_code
    from (select distinct contributor_id from ownership) as ownership
    left join organization_industries on ownership.contributor_id = organization_industries.organization_id
),

-- Parents of a cell in which a contributor is: with subsidiaries only, it would leave nothing over.
parents as (
    select distinct industry_cells.parent_key as cell_key
    from (select distinct industry_code from contributors) as taken
    inner join industry_cells on taken.industry_code = industry_cells.industry_code
)

select
    contributor_id,
    'network' as cell_type,
    '' as cell_key
from contributors
union all
select
    contributors.contributor_id,
    'industry' as cell_type,
    industry_cells.cell_key
from contributors
inner join industry_cells on contributors.industry_code = industry_cells.industry_code
union all
-- Those of a cell that are in none of the cells below it; where there is none below, that is the cell itself (D6).
select
    contributors.contributor_id,
    'direct' as cell_type,
    coalesce(lowest.cell_key, '') as cell_key
from contributors
left join industry_cells as lowest on contributors.industry_code = lowest.industry_code and lowest.is_lowest
where coalesce(lowest.cell_key, '') in (select parents.cell_key from parents)
union all
select distinct
    ownership.contributor_id,
    'peer_group' as cell_type,
    peer_group_members.peer_group_id::text as cell_key
from peer_group_members
inner join ownership on peer_group_members.organization_id = ownership.entity_id
