with

supplier_tiers as (
    select * from {{ ref('supplier_tiers') }}
),

supply_relations as (
    select * from {{ ref('supply_relations') }}
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

suppliers as (
    select
        supplier_id,
        supplier_name,
        max(risk) filter (where is_seen_by_others) as risk_seen_by_others
    from supply_relations
    group by supplier_id, supplier_name
),

known as (
    select
        supplier_tiers.*,
        suppliers.supplier_name,
        coalesce(latest_assessments.risk, supply_relations.risk, suppliers.risk_seen_by_others) as risk,
        latest_assessments.risk is not null as is_assessed,
        latest_assessments.valid_until
    from supplier_tiers
    inner join suppliers on supplier_tiers.supplier_id = suppliers.supplier_id
    left join latest_assessments
        on
            supplier_tiers.organization_id = latest_assessments.organization_id
            and supplier_tiers.supplier_id = latest_assessments.supplier_id
    left join supply_relations
        on
            supplier_tiers.organization_id = supply_relations.buyer_id
            and supplier_tiers.supplier_id = supply_relations.supplier_id
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
