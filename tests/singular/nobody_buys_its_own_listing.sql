with

exchanges as (
    select * from {{ source('network_features', 'network_data_exchanges') }}
),

listings as (
    select * from {{ source('network_features', 'network_data_marketplace') }}
)

select exchanges.id
from exchanges
inner join listings on exchanges.listing_id = listings.id
where exchanges.buyer_org_id = listings.provider_org_id
