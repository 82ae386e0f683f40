with

-- Named one by one: a member may not read the number of members.
consortiums as (
    select
        id,
        consortium_name,
        industry,
        created_at
    from {{ source('platform', 'network_consortiums') }}
),

members as (
    select * from {{ source('platform', 'network_consortium_members') }}
)

select
    members.organization_id,
    members.consortium_id,
    consortiums.consortium_name,
    consortiums.industry,
    members.member_role,
    members.voting_power,
    members.joined_at,
    consortiums.created_at as founded_at
from members
inner join consortiums on members.consortium_id = consortiums.id
