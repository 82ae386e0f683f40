with

edges as (
    select * from {{ source('platform', 'network_edges') }}
)

select
    source_node_id,
    target_node_id,
    edge_type,
    relationship_strength::double precision as relationship_strength
from edges
