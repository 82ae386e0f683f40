with

listings as (
    select * from {{ source('platform', 'network_data_marketplace') }}
)

select
    id as listing_id,
    provider_org_id as provider_id,
    dataset_name,
    dataset_type,
    description,
    data_period,
    case
        when listed_at > now() then 'not_open_yet'
        when expires_at <= now() then 'closed'
        else 'open'
    end as status,
    access_type,
    price_credits,
    quality_score::double precision as quality_score,
    listed_at,
    expires_at
from listings
