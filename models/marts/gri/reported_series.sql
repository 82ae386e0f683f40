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
),

judged as (
    select
        observations.organization_id,
        observations.batch_id,
        observations.series_id,
        coalesce(
            observations.value_fault, case when observations.rejection_reason is not null then 'series' end, ''
        ) as fault
    from new_batches
    inner join observations on new_batches.batch_id = observations.batch_id
)

select
    organization_id,
    batch_id,
    fault,
    array_agg(series_id) as series_ids
from judged
group by organization_id, batch_id, fault
