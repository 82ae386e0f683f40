with

nodes as (
    select * from {{ source('platform', 'network_nodes') }}
)

select
    id as node_id,
    organization_id,
    coalesce(organization_id, id) as entity_id,
    data_sharing_level
from nodes
