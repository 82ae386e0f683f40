with

listings as (
    select * from {{ ref('open_listings') }}
),

industry_lines as (
    select * from {{ ref('industry_lines') }}
),

entities as (
    select * from {{ ref('stg_network_entities') }}
),

organization_industries as (
    select * from {{ ref('stg_organization_industries') }}
),

-- All of an industry see the same listings, but for those who offer some themselves.
viewers as (
    select
        entities.organization_id,
        organization_industries.industry_code,
        providers.provider_id
    from entities
    left join organization_industries on entities.organization_id = organization_industries.organization_id
    left join (select distinct provider_id from listings) as providers -- noqa: ST05
        on entities.organization_id = providers.provider_id
    where entities.organization_id is not null and exists (select from listings)
),

audiences as (
    select distinct
        industry_code,
        provider_id
    from viewers
    where industry_code is not null
),

matches as (
    select
        audiences.industry_code as audience_industry,
        audiences.provider_id as audience_provider,
        listings.*,
        row_number() over (
            partition by audiences.industry_code, audiences.provider_id
            order by listings.quality_score desc nulls last, listings.listed_at desc, listings.listing_id asc
        ) as place
    from audiences
    inner join industry_lines on audiences.industry_code = industry_lines.industry_code
    inner join listings
        on
            industry_lines.related_code = listings.industry_code
            and audiences.provider_id is distinct from listings.provider_id
),

offers as (
    select
        audience_industry,
        audience_provider,
        count(*) as match_count,
        jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'listing', listing_id,
                'dataset_name', dataset_name,
                'dataset_type', dataset_type,
                'data_period', data_period,
                'industry', industry_code,
                'access_type', access_type,
                'price_credits', price_credits,
                'quality_score', quality_score,
                'expires_at', {{ json_moment('expires_at') }}
            ))
            order by place
        ) filter (where place <= {{ var('cache_list_length') }}) as listed
    from matches
    group by audience_industry, audience_provider
)

select
    'marketplace_matches' as cache_type,
    viewers.organization_id::text as subject,
    null::text as period,
    case
        when viewers.industry_code is null then jsonb_build_object('status', 'industry_unknown')
        else jsonb_build_object(
            'status', case when offers.match_count > 0 then 'matched' else 'no_match' end,
            'matches', coalesce(offers.match_count, 0),
            'listings', coalesce(offers.listed, '[]')
        )
    end as data
from viewers
left join offers
    on
        viewers.industry_code = offers.audience_industry
        and viewers.provider_id is not distinct from offers.audience_provider
