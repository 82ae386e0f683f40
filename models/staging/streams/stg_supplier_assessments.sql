with

assessments as (
    select * from {{ source('platform', 'network_supplier_assessments') }}
),

nodes as (
    select * from {{ ref('stg_network_nodes') }}
),

read as (
    select
        id,
        requester_org_id,
        supplier_node_id,
        assessment_date,
        valid_until,
        {{ json_number("scores -> 'overall'") }} as overall_score
    from assessments
)

select
    read.id as assessment_id,
    read.requester_org_id as organization_id,
    nodes.entity_id as supplier_id,
    read.assessment_date as assessed_at,
    read.valid_until,
    case when read.overall_score between 0 and 1 then read.overall_score end as overall_score
from read
inner join nodes on read.supplier_node_id = nodes.node_id
