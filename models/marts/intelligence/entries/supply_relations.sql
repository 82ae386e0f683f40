{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

supplies as (
    select * from {{ ref('stg_supplies') }}
),

entities as (
    select * from {{ ref('stg_network_entities') }}
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
