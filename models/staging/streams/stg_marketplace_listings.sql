with

listings as (
    select * from {{ source('platform', 'network_data_marketplace') }}
)

select
    id as listing_id,
    provider_org_id as provider_id,
    dataset_name,
    dataset_type,
    data_period,
    access_type,
    price_credits,
    quality_score,
    case jsonb_typeof(metadata -> 'industry') when 'string' then trim(metadata ->> 'industry') end as stated_industry,
    listed_at,
    expires_at
from listings
