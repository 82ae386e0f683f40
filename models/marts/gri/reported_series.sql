-- Else PostgreSQL, which expects few observations of a series, looks each series up by itself (six times the time), or
-- sorts the observations once more to merge them with their batches (a half more).
{{ config(
    incremental_strategy='append',
    pre_hook=['set local enable_nestloop = off', 'set local enable_mergejoin = off'],
) }}

with

series as (
    select * from {{ ref('stg_series') }}
),

observations as (
    select * from {{ ref('stg_observations') }}
)

select
    organization_id,
    batch_id,
    coalesce(array_agg(series_id) filter (where rejection_reason is null), '{}') as series_ids,
    array_agg(series_id) filter (where rejection_reason is not null) as faulty_series_ids,
    array_agg(coalesce(value_fault, 'series')) filter (where rejection_reason is not null) as faults
from observations
-- Loads end in the order of their numbers, and observations never change: what later loads brought is all that is new.
where
    batch_id > {{ largest_stored(this, 'batch_id') }}
    and batch_id <= (select max(series.last_batch_id) from series)
group by organization_id, batch_id
