with

observations as (
    select * from {{ ref('stg_observations') }}
),

as_loaded as (
    select * from {{ source('raw', 'metric_observations') }}
),

organizations as (
    select * from {{ ref('stg_organizations') }}
)

select
    as_loaded.batch_id,
    as_loaded.file_row,
    as_loaded.organization_id,
    as_loaded.site_id,
    as_loaded.metric_name,
    as_loaded.period,
    as_loaded.value,
    as_loaded.unit,
    coalesce(observations.rejection_reason, 'unknown organization') as rejection_reason
from observations
inner join as_loaded
    on observations.batch_id = as_loaded.batch_id and observations.file_row = as_loaded.file_row
left join organizations on observations.organization_id = organizations.organization_id
where observations.rejection_reason is not null or organizations.organization_id is null
