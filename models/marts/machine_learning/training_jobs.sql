with

jobs as (
    select * from {{ source('platform', 'ml_training_jobs') }}
),

-- Until now, for what has not ended.
timed as (
    select
        *,
        coalesce(started_at, case status when 'queued' then now() end) as left_queue_at,
        coalesce(completed_at, case status when 'running' then now() end) as ended_at
    from jobs
)

select
    id as job_id,
    organization_id,
    model_type,
    status,
    progress as progress_percent,
    created_at,
    started_at,
    completed_at,
    case
        when left_queue_at >= created_at then extract(epoch from left_queue_at - created_at)::double precision / 60
    end as queued_minutes,
    case when ended_at >= started_at then extract(epoch from ended_at - started_at)::double precision / 60 end
        as run_minutes,
    error_message
from timed
