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

-- Loads end in the order of their numbers, and observations never change: what later loads brought is all that is new.
new_batches as (
    select batches.batch_id
    from batches
    where
        batches.batch_id > (select coalesce(max(read.batch_id), 0) from {{ this }} as read)
        and batches.batch_id <= (select max(series.last_batch_id) from series)
)

select
    observations.organization_id,
    observations.batch_id,
    coalesce(
        array_agg(observations.series_id) filter (where observations.rejection_reason is null), '{}'
    ) as series_ids,
    array_agg(observations.series_id) filter (where observations.rejection_reason is not null) as faulty_series_ids,
    array_agg(coalesce(observations.value_fault, 'series')) filter (
        where observations.rejection_reason is not null
    ) as faults
from new_batches
inner join observations on new_batches.batch_id = observations.batch_id
group by observations.organization_id, observations.batch_id
