{{ config(post_hook='analyze {{ this }}') }}

with

nodes as (
    select * from {{ ref('stg_network_nodes') }}
),

settings as (
    select * from {{ ref('stg_network_privacy_settings') }}
),

ownership as (
    select * from {{ ref('ownership') }}
),

-- Of several nodes, or several spellings of one category, every one must agree.
sharing_organizations as (
    select organization_id
    from nodes
    where organization_id is not null
    group by organization_id
    having bool_and(coalesce(data_sharing_level in ('full', 'anonymous', 'aggregated'), false))
),

consents as (
    select
        organization_id,
        data_category
    from settings
    group by organization_id, data_category
    having
        bool_and(coalesce(
            consent_given
            and consent_date <= {{ as_of() }}
            and (expires_at is null or expires_at > {{ as_of() }})
            and sharing_level in ('public', 'network'),
            false
        ))
)

select
    consents.organization_id,
    consents.data_category,
    ownership.contributor_id
from consents
inner join sharing_organizations on consents.organization_id = sharing_organizations.organization_id
inner join ownership on consents.organization_id = ownership.entity_id
