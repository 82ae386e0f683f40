{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

supply_relations as (
    select * from {{ ref('supply_relations') }}
),

-- A dependency of unknown strength counts in full: a risk is rather overstated than hidden.
weighted as (
    select
        buyer_id,
        buyer_is_member,
        supplier_id,
        is_seen_by_others,
        coalesce(strength, 1) as weight
    from supply_relations
),

-- One relation further per step, with the best path to each supplier only: a cycle multiplies by 1 at most and gains
-- nothing, and no step holds more rows than there are pairs.
tier_1 as (
    select
        buyer_id as organization_id,
        supplier_id,
        weight as path_weight
    from weighted
    where buyer_is_member
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
