with

peer_groups as (
    select * from {{ source('network_features', 'network_peer_groups') }}
),

peer_group_members as (
    select * from {{ source('network_features', 'network_peer_group_members') }}
),

consortiums as (
    select * from {{ source('network_features', 'network_consortiums') }}
),

consortium_members as (
    select * from {{ source('network_features', 'network_consortium_members') }}
),

counted as (
    select
        peer_groups.id,
        peer_groups.member_count,
        (
            select count(*)
            from peer_group_members
            where peer_group_members.peer_group_id = peer_groups.id
        ) as members
    from peer_groups
    union all
    select
        consortiums.id,
        consortiums.member_count,
        (
            select count(*)
            from consortium_members
            where consortium_members.consortium_id = consortiums.id
        ) as members
    from consortiums
)

select
    id,
    member_count,
    members
from counted
where member_count <> members
