with

organization_industries as (
    select * from {{ source('platform', 'organization_industries') }}
)

-- Nothing in the documented table stops a second row for an organisation: the last one written holds.
select distinct on (organization_id)
    organization_id,
    primary_industry as industry_code
from organization_industries
order by organization_id asc, updated_at desc, id asc
