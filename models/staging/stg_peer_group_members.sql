with

members as (
    select * from {{ source('platform', 'network_peer_group_members') }}
)

select
    peer_group_id,
    organization_id
from members
