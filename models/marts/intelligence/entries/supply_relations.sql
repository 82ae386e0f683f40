{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

supplies as (
    select * from {{ ref('stg_supplies') }}
),

-- Of a network in which nobody trades, nobody is looked at.
traders as (
    select buyer_id as entity_id from supplies
    union
    select supplier_id as entity_id from supplies
),

entities as (
    select network_entities.*
    from {{ ref('stg_network_entities') }} as network_entities
    where network_entities.entity_id in (select traders.entity_id from traders)
)

select
    supplies.buyer_id,
    buyer.organization_id is not null as buyer_is_member,
    supplies.supplier_id,
    supplier.organization_id is not null as supplier_is_member,
    supplier.entity_name as supplier_name,
    supplier.industry as supplier_industry,
    buyer.shares_in_full and supplier.shares_in_full as is_seen_by_others,
    supplies.strength,
    supplies.risk,
    supplies.annual_spend,
    supplies.category_share
from supplies
inner join entities as buyer on supplies.buyer_id = buyer.entity_id
inner join entities as supplier on supplies.supplier_id = supplier.entity_id
