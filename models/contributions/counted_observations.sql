{{ config(materialized='view') }}

-- No import CTEs, for the reason that stg_observations gives.
select
    observations.metric_name,
    observations.period,
    observations.metric_period_id,
    observations.raw_period,
    counted_organizations.contributor_id,
    observations.organization_id,
    observations.site_id,
    observations.value,
    observations.aggregation = 'latest' as takes_latest,
    observations.data_quality,
    observations.is_verified,
    observations.reported_at,
    observations.batch_id,
    observations.file_row
from {{ ref('stg_observations') }} as observations
inner join {{ ref('counted_organizations') }} as counted_organizations
    on
        observations.organization_id = counted_organizations.organization_id
        and observations.data_category = any(counted_organizations.data_categories)
-- Says "is null" in a way of which PostgreSQL expects many rows, as there are; else it hashes the observations.
where num_nonnulls(observations.rejection_reason) <> 1
