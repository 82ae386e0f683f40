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
    case
        when observations.batch_id is null then 'not part of a finished load'
        when observations.rejection_reason is not null then observations.rejection_reason
        else 'unknown organization'
    end as rejection_reason
from as_loaded
left join observations
    on as_loaded.batch_id = observations.batch_id and as_loaded.file_row = observations.file_row
left join organizations on observations.organization_id = organizations.organization_id
where
    observations.batch_id is null
    or observations.rejection_reason is not null
    or organizations.organization_id is null
