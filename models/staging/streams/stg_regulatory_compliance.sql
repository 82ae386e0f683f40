with

regulatory_compliance as (
    select * from {{ source('platform', 'regulatory_compliance') }}
)

select
    id as compliance_id,
    organization_id,
    regulation,
    jurisdiction,
    status,
    last_assessment as assessed_at,
    next_deadline
from regulatory_compliance
