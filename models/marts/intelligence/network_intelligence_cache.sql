{{ config(
    unique_key=['cache_key'],
    delete_missing=true,
    timestamps=['created_at'],
) }}

with

network_summaries as (
    select * from {{ ref('network_summary_entries') }}
),

industry_overviews as (
    select * from {{ ref('industry_overview_entries') }}
),

peer_positions as (
    select * from {{ ref('peer_position_entries') }}
),

supply_chain_risks as (
    select * from {{ ref('supply_chain_risk_entries') }}
),

compliance_outlooks as (
    select * from {{ ref('compliance_outlook_entries') }}
),

marketplace_matches as (
    select * from {{ ref('marketplace_matches_entries') }}
),

cache_types as (
    select * from {{ ref('cache_types') }}
),

cached_before as (
    select * from {{ this }}
),

entries as (
    select * from network_summaries
    union all
    select * from industry_overviews
    union all
    select * from peer_positions
    union all
    select * from supply_chain_risks
    union all
    select * from compliance_outlooks
    union all
    select * from marketplace_matches
),

-- Industries whose codes differ in case only share a key; it is of the one with benchmarks.
keyed as (
    select distinct on (cache_key)
        entries.cache_type,
        entries.data,
        lower(concat_ws(':', entries.cache_type, entries.subject, entries.period)) as cache_key,
        case cache_types.scope when 'organization' then entries.subject::uuid end as organization_id,
        make_interval(days => cache_types.lifetime_days) as lifetime
    from entries
    inner join cache_types on entries.cache_type = cache_types.cache_type
    order by cache_key asc, entries.data ->> 'status' desc, entries.subject asc
)

select
    keyed.cache_key,
    keyed.cache_type,
    keyed.data,
    keyed.organization_id,
    {{ as_of() }} as created_at,
    {{ renewed_expiry('cached_before.expires_at', 'keyed.lifetime') }} as expires_at
from keyed
left join cached_before on keyed.cache_key = cached_before.cache_key
