with

organizations as (
    select * from {{ source('platform', 'organizations') }}
)

select
    id as organization_id,
    name as organization_name
from organizations
