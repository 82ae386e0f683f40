with

edges as (
    select * from {{ source('platform', 'network_edges') }}
),

nodes as (
    select * from {{ ref('stg_network_nodes') }}
),

-- A buys from B and B supplies to A are two spellings of one relation.
spelled_once as (
    select
        case edge_type when 'buys_from' then source_node_id else target_node_id end as buyer_node_id,
        case edge_type when 'buys_from' then target_node_id else source_node_id end as supplier_node_id,
        case when relationship_strength between 0 and 1 then relationship_strength::double precision end as strength,
        case when risk_score between 0 and 1 then risk_score::double precision end as risk,
        {{ json_number("volume_info -> 'annual_spend_usd'") }} as annual_spend,
        {{ json_number("volume_info -> 'share_of_category'") }} as category_share
    from edges
    where edge_type in ('supplies_to', 'buys_from')
)

-- What both sides say may differ: the higher figure holds.
select
    buyer.entity_id as buyer_id,
    supplier.entity_id as supplier_id,
    max(spelled_once.strength) as strength,
    max(spelled_once.risk) as risk,
    max(spelled_once.annual_spend) filter (where spelled_once.annual_spend > 0) as annual_spend,
    max(spelled_once.category_share) filter (where spelled_once.category_share between 0 and 1) as category_share
from spelled_once
inner join nodes as buyer on spelled_once.buyer_node_id = buyer.node_id
inner join nodes as supplier on spelled_once.supplier_node_id = supplier.node_id
where buyer.entity_id <> supplier.entity_id
group by buyer.entity_id, supplier.entity_id
