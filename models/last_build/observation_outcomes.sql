{{ config(incremental_strategy='append_only') }}

with

batches as (
    select * from {{ source('raw', 'batches') }}
),

series as (
    select * from {{ ref('stg_series') }}
),

observations as (
    select * from {{ ref('stg_observations') }}
),

-- As in reported_series.
new_batches as (
    select batches.batch_id
    from batches
    where
        batches.batch_id > (select coalesce(max(read.batch_id), 0) from {{ this }} as read)
        and batches.batch_id <= (select max(series.last_batch_id) from series)
)

select
    observations.batch_id,
    observations.series_id,
    coalesce(observations.value_fault, '') as fault,
    count(*) as row_count
from new_batches
inner join observations on new_batches.batch_id = observations.batch_id
group by observations.batch_id, observations.series_id, observations.value_fault
