with

edges as (
    select * from {{ source('platform', 'network_edges') }}
),

nodes as (
    select * from {{ source('platform', 'network_nodes') }}
),

assessments as (
    select * from {{ source('platform', 'network_supplier_assessments') }}
),

spelled_once as (
    select
        case edge_type when 'buys_from' then source_node_id else target_node_id end as buyer_node_id,
        case edge_type when 'buys_from' then target_node_id else source_node_id end as supplier_node_id,
        relationship_strength,
        sustainability_score,
        risk_score,
        {{ json_number("volume_info -> 'annual_spend_usd'") }} as annual_spend_usd
    from edges
    where edge_type in ('supplies_to', 'buys_from')
),

-- What both sides say may differ: the higher strength and risk, and the lower sustainability, hold.
relations as (
    select
        buyer.organization_id,
        spelled_once.supplier_node_id,
        max(spelled_once.relationship_strength) as relationship_strength,
        min(spelled_once.sustainability_score) as sustainability_score,
        max(spelled_once.risk_score) as risk_score,
        max(spelled_once.annual_spend_usd) as annual_spend_usd
    from spelled_once
    inner join nodes as buyer on spelled_once.buyer_node_id = buyer.id
    left join nodes as supplier on spelled_once.supplier_node_id = supplier.id
    where buyer.organization_id is not null and supplier.organization_id is distinct from buyer.organization_id
    group by buyer.organization_id, spelled_once.supplier_node_id
),

-- The latest of those that are valid, or else of the others.
latest_assessments as (
    select distinct on (requester_org_id, supplier_node_id)
        requester_org_id,
        supplier_node_id,
        assessment_type,
        assessment_date,
        valid_until,
        valid_until > now() as is_valid,
        {{ json_number("scores -> 'overall'") }} as overall_score
    from assessments
    where assessment_date <= now()
    order by requester_org_id asc, supplier_node_id asc, valid_until > now() desc, assessment_date desc, id asc
)

select
    relations.organization_id,
    relations.supplier_node_id,
    case
        when latest.requester_org_id is null then 'never_assessed'
        when not latest.is_valid then 'expired'
        when latest.overall_score between 0 and 1 then 'assessed'
        else 'score_unreadable'
    end as status,
    case when latest.is_valid and latest.overall_score between 0 and 1 then latest.overall_score end as overall_score,
    latest.assessment_type,
    latest.assessment_date as assessed_at,
    latest.valid_until,
    relations.relationship_strength::double precision as relationship_strength,
    relations.sustainability_score::double precision as sustainability_score,
    relations.risk_score::double precision as risk_score,
    relations.annual_spend_usd
from relations
left join latest_assessments as latest
    on
        relations.organization_id = latest.requester_org_id
        and relations.supplier_node_id = latest.supplier_node_id
