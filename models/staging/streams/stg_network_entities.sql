with

nodes as (
    select * from {{ source('platform', 'network_nodes') }}
),

organization_industries as (
    select * from {{ ref('stg_organization_industries') }}
)

-- Of several nodes every one must agree to share in full.
select
    coalesce(nodes.organization_id, nodes.id) as entity_id,
    nodes.organization_id,
    min(nodes.node_name) as entity_name,
    coalesce(min(organization_industries.industry_code), min(trim(nodes.industry))) as industry,
    bool_and(nodes.data_sharing_level is not distinct from 'full') as shares_in_full
from nodes
left join organization_industries on nodes.organization_id = organization_industries.organization_id
group by coalesce(nodes.organization_id, nodes.id), nodes.organization_id
