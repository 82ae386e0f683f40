{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

counted_organizations as (
    select * from {{ ref('counted_organizations') }}
),

contributors as (
    select * from {{ ref('ledger_contributors') }}
),

nodes as (
    select * from {{ ref('stg_network_nodes') }}
),

edges as (
    select * from {{ ref('stg_network_edges') }}
),

first_known as (
    select
        counted_organizations.organization_id,
        counted_organizations.contributor_id
    from counted_organizations
    inner join contributors on counted_organizations.contributor_id = contributors.contributor_id
    order by contributors.contributor_number, counted_organizations.organization_id
    limit {{ var('cached_positions') }}
),

-- Whatever the others of a group consent to: it would show in the position of one.
in_groups as (
    select nodes.organization_id
    from edges
    cross join unnest(array[edges.source_node_id, edges.target_node_id]) as edge_end (node_id)
    inner join nodes on edge_end.node_id = nodes.node_id
    inner join first_known on nodes.organization_id = first_known.organization_id
    where edges.edge_type = 'subsidiary_of'
)

select
    organization_id,
    organization_id <> contributor_id
    or organization_id in (select in_groups.organization_id from in_groups) as is_part_of_a_group
from first_known
