{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

supplies as (
    select * from {{ ref('stg_supplies') }}
),

entities as (
    select * from {{ ref('stg_network_entities') }}
),

-- A dependency of unknown strength counts in full: a risk is rather overstated than hidden.
weighted as (
    select
        supplies.buyer_id,
        supplies.supplier_id,
        coalesce(supplies.strength, 1) as weight,
        buyer.organization_id,
        buyer.shares_in_full and supplier.shares_in_full as is_seen_by_others
    from supplies
    inner join entities as buyer on supplies.buyer_id = buyer.entity_id
    inner join entities as supplier on supplies.supplier_id = supplier.entity_id
),

-- One relation further per step, with the best path to each supplier only: a cycle multiplies by 1 at most and gains
-- nothing, and no step holds more rows than there are pairs.
tier_1 as (
    select
        organization_id,
        supplier_id,
        weight as path_weight
    from weighted
    where organization_id is not null
),

{% for tier in range(2, var('supply_chain_depth') | int + 1) -%}
    tier_{{ tier }} as (
        select
            nearer.organization_id,
            weighted.supplier_id,
            max(nearer.path_weight * weighted.weight) as path_weight
        from tier_{{ tier - 1 }} as nearer
        inner join weighted on nearer.supplier_id = weighted.buyer_id
        where weighted.is_seen_by_others and weighted.supplier_id <> nearer.organization_id
        group by nearer.organization_id, weighted.supplier_id
    ),

{% endfor -%}
reached as (
    {%- for tier in range(1, var('supply_chain_depth') | int + 1) %}
        select
            organization_id,
            supplier_id,
            path_weight,
            {{ tier }} as tier
        from tier_{{ tier }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    organization_id,
    supplier_id,
    min(tier) as tier,
    max(path_weight) as path_weight
from reached
group by organization_id, supplier_id
