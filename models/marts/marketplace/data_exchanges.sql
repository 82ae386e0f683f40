with

exchanges as (
    select * from {{ source('platform', 'network_data_exchanges') }}
),

listings as (
    select * from {{ source('platform', 'network_data_marketplace') }}
)

select
    exchanges.id as exchange_id,
    exchanges.listing_id,
    listings.dataset_name,
    listings.provider_org_id as provider_id,
    exchanges.buyer_org_id as buyer_id,
    exchanges.transaction_type,
    exchanges.credits_exchanged,
    case
        when exchanges.access_granted_at > now() then 'not_open_yet'
        when exchanges.access_expires_at <= now() then 'closed'
        else 'open'
    end as access_status,
    exchanges.access_granted_at,
    exchanges.access_expires_at
from exchanges
left join listings on exchanges.listing_id = listings.id
