with

supply_relations as (
    select * from {{ ref('supply_relations') }}
),

supplier_risks as (
    select * from {{ ref('supplier_risks') }}
),

supply_warnings as (
    select * from {{ ref('supply_warnings') }}
),

-- Whoever only sells has an entry too, which says so.
traders as (
    select buyer_id as organization_id from supply_relations
    where buyer_is_member
    union
    select supplier_id as organization_id from supply_relations
    where supplier_is_member
),

tiers as (
    select
        organization_id,
        tier,
        count(*) as supplier_count,
        count(risk) as known_count,
        max(carried_risk) as highest_carried_risk
    from supplier_risks
    group by organization_id, tier
),

chains as (
    select
        organization_id,
        sum(supplier_count) as supplier_count,
        sum(known_count) as known_count,
        max(highest_carried_risk) as highest_carried_risk,
        jsonb_agg(
            jsonb_build_object(
                'tier', tier,
                'suppliers', supplier_count,
                'suppliers_with_known_risk', known_count,
                'highest_carried_risk', round(highest_carried_risk::numeric, 4)
            )
            order by tier
        ) as tiers
    from tiers
    group by organization_id
),

ranked as (
    select
        organization_id,
        supplier_id,
        supplier_name,
        tier,
        path_weight,
        risk,
        risk_source,
        carried_risk,
        assessed_until,
        row_number() over (
            partition by organization_id
            order by carried_risk desc nulls last, tier asc, path_weight desc, supplier_id asc
        ) as place
    from supplier_risks
),

largest_risks as (
    select
        organization_id,
        jsonb_agg(
            jsonb_build_object(
                'supplier', supplier_id,
                'name', supplier_name,
                'tier', tier,
                'path_weight', round(path_weight::numeric, 4),
                'risk', round(risk::numeric, 4),
                'risk_source', risk_source,
                'carried_risk', round(carried_risk::numeric, 4),
                'assessed_until', {{ json_moment('assessed_until') }}
            )
            order by place
        ) as listed
    from ranked
    where place <= {{ var('cache_list_length') }}
    group by organization_id
),

warnings as (
    select
        organization_id,
        jsonb_agg(
            jsonb_build_object(
                'kind', kind,
                'supplier', supplier_id,
                'name', supplier_name,
                'index', round(herfindahl_index::numeric, 4)
            )
            order by kind, supplier_id
        ) as listed
    from supply_warnings
    group by organization_id
)

select
    'supply_chain_risk' as cache_type,
    traders.organization_id::text as subject,
    null::text as period,
    jsonb_strip_nulls(jsonb_build_object(
        'status', case
            when chains.supplier_count is null then 'no_suppliers'
            when chains.known_count = 0 then 'risk_unknown'
            when chains.known_count < chains.supplier_count then 'risk_partly_known'
            else 'risk_known'
        end,
        'depth', {{ var('supply_chain_depth') }},
        'suppliers', coalesce(chains.supplier_count, 0),
        'suppliers_with_known_risk', coalesce(chains.known_count, 0),
        'highest_carried_risk', round(chains.highest_carried_risk::numeric, 4),
        'tiers', coalesce(chains.tiers, '[]'),
        'warnings', coalesce(warnings.listed, '[]'),
        'largest_risks', coalesce(largest_risks.listed, '[]')
    )) as data
from traders
left join chains on traders.organization_id = chains.organization_id
left join largest_risks on traders.organization_id = largest_risks.organization_id
left join warnings on traders.organization_id = warnings.organization_id
