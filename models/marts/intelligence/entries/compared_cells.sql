with

organizations as (
    select * from {{ ref('positioned_organizations') }}
),

cell_members as (
    select * from {{ ref('cell_members') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

own_cells as (
    select
        cell_members.contributor_id as organization_id,
        cell_members.cell_type,
        cell_members.cell_key
    from cell_members
    inner join organizations on cell_members.contributor_id = organizations.organization_id
    where not organizations.is_part_of_a_group
),

homes as (
    select distinct on (own_cells.organization_id)
        own_cells.organization_id,
        own_cells.cell_key
    from own_cells
    inner join cell_tree on own_cells.cell_key = cell_tree.cell_key
    where own_cells.cell_type = 'industry'
    order by own_cells.organization_id asc, cell_tree.level desc
)

-- Whoever has no industry has a row that says so.
select
    own_cells.organization_id,
    'industry' as cell_type,
    homes.cell_key
from own_cells
left join homes on own_cells.organization_id = homes.organization_id
where own_cells.cell_type = 'network'
union all
select
    organization_id,
    cell_type,
    cell_key
from own_cells
where cell_type = 'peer_group'
