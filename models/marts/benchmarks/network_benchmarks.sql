{{ config(
    unique_key=['benchmark_type', 'industry', 'metric_name', 'period'],
    nullable_keys=['industry'],
    delete_missing=true,
    timestamps=['created_at'],
) }}

with

releases as (
    select * from {{ ref('releases') }}
),

peer_groups as (
    select * from {{ ref('stg_peer_groups') }}
),

published_before as (
    select * from {{ this }}
),

labelled as (
    select
        releases.*,
        case releases.cell_type
            when 'peer_group' then 'peer_group:' || releases.cell_key
            else releases.cell_type
        end as benchmark_type,
        case releases.cell_type
            when 'industry' then releases.cell_key
            when 'peer_group' then peer_groups.industry
        end as industry
    from releases
    left join peer_groups on releases.cell_key = peer_groups.peer_group_id::text
)

select
    labelled.benchmark_type,
    labelled.industry,
    labelled.metric_name,
    labelled.period,
    labelled.contributor_count as participant_count,
    labelled.statistics,
    labelled.confidence_level,
    {{ as_of() }} as created_at,
    {{ renewed_expiry('published_before.expires_at') }} as expires_at
from labelled
left join published_before
    on
        labelled.benchmark_type = published_before.benchmark_type
        and labelled.industry is not distinct from published_before.industry
        and labelled.metric_name = published_before.metric_name
        and labelled.period = published_before.period
