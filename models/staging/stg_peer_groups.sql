with

peer_groups as (
    select * from {{ source('platform', 'network_peer_groups') }}
)

select
    id as peer_group_id,
    group_name,
    industry
from peer_groups
