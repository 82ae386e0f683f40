{{ config(materialized='view') }}

with recursive

ownership as (
    select * from {{ ref('ownership') }}
),

organization_industries as (
    select * from {{ ref('stg_organization_industries') }}
),

industries as (
    select * from {{ ref('stg_industries') }}
),

peer_group_members as (
    select * from {{ ref('stg_peer_group_members') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

contributors as (
    select distinct contributor_id from ownership
),

-- Every industry with itself and all that it belongs to; union, not union all, ends a cycle of parents.
industry_levels as (
    select
        industry_code,
        industry_code as level_code
    from industries
    union
    select
        industry_levels.industry_code,
        industries.parent_industry_code
    from industry_levels
    inner join industries on industry_levels.level_code = industries.industry_code
    where industries.parent_industry_code is not null
),

homes_taken as (
    select distinct industry_code from organization_industries
),

-- Parents of an industry in which somebody is.
parents as (
    select distinct cell_tree.parent_key as cell_key
    from homes_taken
    inner join industry_levels on homes_taken.industry_code = industry_levels.industry_code
    inner join cell_tree on industry_levels.level_code = cell_tree.cell_key
),

homes as (
    select distinct on (industry_levels.industry_code)
        industry_levels.industry_code,
        cell_tree.cell_key
    from industry_levels
    inner join cell_tree on industry_levels.level_code = cell_tree.cell_key
    order by industry_levels.industry_code asc, cell_tree.level desc
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
    industry_levels.level_code as cell_key
from contributors
inner join organization_industries on contributors.contributor_id = organization_industries.organization_id
inner join industry_levels on organization_industries.industry_code = industry_levels.industry_code
inner join cell_tree on industry_levels.level_code = cell_tree.cell_key
union all
-- Those of a cell that are in none of the cells below it; where there is none below, that is the cell itself (D6).
select
    contributors.contributor_id,
    'direct' as cell_type,
    coalesce(homes.cell_key, '') as cell_key
from contributors
left join organization_industries on contributors.contributor_id = organization_industries.organization_id
left join homes on organization_industries.industry_code = homes.industry_code
where coalesce(homes.cell_key, '') in (select parents.cell_key from parents)
union all
select distinct
    ownership.contributor_id,
    'peer_group' as cell_type,
    peer_group_members.peer_group_id::text as cell_key
from peer_group_members
inner join ownership on peer_group_members.organization_id = ownership.entity_id
