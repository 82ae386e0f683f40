{{ config(materialized='incremental', incremental_strategy='replace_all') }}

with

batches as (
    select * from {{ source('raw', 'batches') }}
),

reported_series as (
    select * from {{ ref('reported_series') }}
),

series as (
    select * from {{ ref('stg_series') }}
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

-- A series that has come to mean something since is not counted against the load.
judged as (
    select
        reported_series.batch_id,
        coalesce(series.rejection_reason, nullif(faulty.fault, 'series')) as reason
    from reported_series
    cross join lateral unnest(reported_series.faulty_series_ids, reported_series.faults) as faulty (series_id, fault)
    inner join series on faulty.series_id = series.series_id
    where reported_series.faults is not null
),

misread as (
    select
        batch_id,
        reason,
        count(*) as row_count
    from judged
    where reason is not null
    group by batch_id, reason
),

misread_by_batch as (
    select
        batch_id,
        sum(row_count)::bigint as row_count
    from misread
    group by batch_id
),

counted as (
    select
        batches.batch_id,
        'accepted' as outcome,
        batches.rows_accepted - coalesce(misread_by_batch.row_count, 0) as row_count
    from batches
    left join misread_by_batch on batches.batch_id = misread_by_batch.batch_id
    union all
    select
        batch_id,
        reason as outcome,
        row_count
    from misread
    union all
    select
        batch_id,
        reason as outcome,
        count(*) as row_count
    from refused_lines
    group by batch_id, reason
),

-- Reasons of few rows each stand together.
named as (
    select
        batch_id,
        case
            when outcome = 'accepted' or row_count >= {{ var('minimum_contributors') }} then outcome
            else 'other reasons'
        end as outcome,
        row_count
    from counted
),

grouped as (
    select
        batch_id,
        outcome,
        sum(row_count)::bigint as row_count
    from named
    group by batch_id, outcome
)

select
    grouped.batch_id,
    batches.loaded_at,
    grouped.outcome,
    {{ floored_count('grouped.row_count') }} as row_count
from grouped
inner join batches on grouped.batch_id = batches.batch_id
where grouped.row_count >= {{ var('minimum_contributors') }}
