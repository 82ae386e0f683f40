{{ config(materialized='view') }}

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

-- Of several nodes, every one must share.
sharing_organizations as (
    select organization_id
    from nodes
    where organization_id is not null
    group by organization_id
    having bool_and(coalesce(data_sharing_level in ('full', 'anonymous', 'aggregated'), false))
),

judged_settings as (
    select
        organization_id,
        data_category,
        coalesce(
            consent_given
            and consent_date <= {{ as_of() }}
            and (expires_at is null or expires_at > {{ as_of() }})
            and sharing_level in ('public', 'network'),
            false
        ) as is_consent
    from settings
),

settings_by_organization as (
    select
        organization_id,
        array_agg(data_category) filter (where is_consent) as consented,
        array_agg(data_category) filter (where not is_consent) as refused
    from judged_settings
    group by organization_id
),

-- Of several spellings of one category, every one must agree. The arrays are sets: in no order, perhaps repeating.
consents as (
    select
        organization_id,
        case
            when refused is null then consented
            else array(
                select consent.data_category
                from unnest(consented) as consent (data_category)
                where consent.data_category <> all(refused)
            )
        end as data_categories
    from settings_by_organization
)

select
    consents.organization_id,
    consents.data_categories,
    ownership.contributor_id
from consents
inner join sharing_organizations on consents.organization_id = sharing_organizations.organization_id
inner join ownership on consents.organization_id = ownership.entity_id
where cardinality(consents.data_categories) > 0
