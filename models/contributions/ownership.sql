with recursive

organizations as (
    select * from {{ ref('stg_organizations') }}
),

nodes as (
    select * from {{ ref('stg_network_nodes') }}
),

edges as (
    select * from {{ ref('stg_network_edges') }}
),

-- An organisation, or a node that stands for none (a holding outside the platform).
entities as (
    select organization_id as entity_id from organizations
    union all
    select entity_id from nodes
    where organization_id is null
),

-- Whoever names several parents belongs to the one it is tied to most strongly.
parents as (
    select distinct on (child.entity_id)
        child.entity_id,
        parent.entity_id as parent_id
    from edges
    inner join nodes as child on edges.source_node_id = child.node_id
    inner join nodes as parent on edges.target_node_id = parent.node_id
    where edges.edge_type = 'subsidiary_of' and child.entity_id <> parent.entity_id
    order by child.entity_id asc, edges.relationship_strength desc nulls last, parent.entity_id asc
),

climb as (
    select
        entity_id,
        parent_id as ancestor_id,
        array[entity_id, parent_id] as path,
        false as is_cycle
    from parents
    union all
    select
        climb.entity_id,
        parents.parent_id,
        climb.path || parents.parent_id as path,
        parents.parent_id = any(climb.path) as is_cycle
    from climb
    inner join parents on climb.ancestor_id = parents.entity_id
    where not climb.is_cycle
),

tops as (
    select distinct on (entity_id)
        entity_id,
        ancestor_id,
        path,
        is_cycle
    from climb
    order by entity_id asc, cardinality(path) desc
)

-- A cycle has no top: its smallest identifier stands for it, whichever member the climb began at.
select
    entities.entity_id,
    coalesce(tops.is_cycle, false) as is_cycle,
    case
        when tops.is_cycle
            then (
                select member.id
                from unnest(tops.path[array_position(tops.path, tops.ancestor_id):]) as member (id)
                order by member.id
                limit 1
            )
        else coalesce(tops.ancestor_id, entities.entity_id)
    end as contributor_id
from entities
left join tops on entities.entity_id = tops.entity_id
