{{ config(materialized='table') }}

with

batches as (
    select * from {{ source('raw', 'batches') }}
),

-- Named one by one: what stood in a line is not the writer's to read. A line may have a reason for two of its columns.
refused_lines as (
    select distinct
        batch_id,
        file,
        line,
        reason
    from {{ source('raw', 'rejected_rows') }}
),

counted as (
    select
        batch_id,
        'accepted' as outcome,
        rows_accepted as row_count
    from batches
    union all
    select
        batch_id,
        reason as outcome,
        count(*) as row_count
    from refused_lines
    group by batch_id, reason
)

select
    counted.batch_id,
    batches.loaded_at,
    counted.outcome,
    {{ floored_count('counted.row_count') }} as row_count
from counted
inner join batches on counted.batch_id = batches.batch_id
where counted.row_count >= {{ var('minimum_contributors') }}
