with

listings as (
    select * from {{ ref('stg_marketplace_listings') }}
),

industries as (
    select * from {{ ref('stg_industries') }}
),

organization_industries as (
    select * from {{ ref('stg_organization_industries') }}
)

select
    listings.listing_id,
    listings.provider_id,
    listings.dataset_name,
    listings.dataset_type,
    listings.data_period,
    listings.access_type,
    listings.price_credits,
    listings.quality_score,
    coalesce(industries.industry_code, organization_industries.industry_code) as industry_code,
    listings.listed_at,
    listings.expires_at
from listings
left join industries on listings.stated_industry = industries.industry_code
left join organization_industries on listings.provider_id = organization_industries.organization_id
where
    listings.listed_at <= {{ as_of() }}
    and (listings.expires_at is null or listings.expires_at > {{ as_of() }})
