with

-- Only the columns that the writer is granted: the platform's table holds others, which it may drop.
organizations as (
    select
        id,
        name
    from {{ source('platform', 'organizations') }}
)

select
    id as organization_id,
    name as organization_name
from organizations
