with

supplier_tiers as (
    select * from {{ ref('supplier_tiers') }}
),

supplies as (
    select * from {{ ref('stg_supplies') }}
),

entities as (
    select * from {{ ref('stg_network_entities') }}
),

assessments as (
    select * from {{ ref('stg_supplier_assessments') }}
),

latest_assessments as (
    select distinct on (organization_id, supplier_id)
        organization_id,
        supplier_id,
        1 - overall_score as risk,
        valid_until
    from assessments
    where assessed_at <= {{ as_of() }} and valid_until > {{ as_of() }}
    order by organization_id asc, supplier_id asc, assessed_at desc, assessment_id asc
),

risks_seen_by_others as (
    select
        supplies.supplier_id,
        max(supplies.risk) as risk
    from supplies
    inner join entities as buyer on supplies.buyer_id = buyer.entity_id
    inner join entities as supplier on supplies.supplier_id = supplier.entity_id
    where buyer.shares_in_full and supplier.shares_in_full
    group by supplies.supplier_id
),

known as (
    select
        supplier_tiers.*,
        entities.entity_name as supplier_name,
        coalesce(latest_assessments.risk, supplies.risk, risks_seen_by_others.risk) as risk,
        latest_assessments.risk is not null as is_assessed,
        latest_assessments.valid_until
    from supplier_tiers
    inner join entities on supplier_tiers.supplier_id = entities.entity_id
    left join latest_assessments
        on
            supplier_tiers.organization_id = latest_assessments.organization_id
            and supplier_tiers.supplier_id = latest_assessments.supplier_id
    left join supplies
        on
            supplier_tiers.organization_id = supplies.buyer_id
            and supplier_tiers.supplier_id = supplies.supplier_id
    left join risks_seen_by_others on supplier_tiers.supplier_id = risks_seen_by_others.supplier_id
)

select
    organization_id,
    supplier_id,
    supplier_name,
    tier,
    path_weight,
    risk,
    risk * path_weight as carried_risk,
    case
        when is_assessed then 'assessment'
        when risk is not null then 'relation'
    end as risk_source,
    case when is_assessed then valid_until end as assessed_until
from known
