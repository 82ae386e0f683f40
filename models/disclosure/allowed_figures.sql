{{ config(materialized='table', changed='changed_metric_periods', post_hook='analyze {{ this }}') }}

with

primary_suppression as (
    select * from {{ ref('primary_suppression') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

overlap_suppression as (
    select * from {{ ref('overlap_suppression') }}
),

remainder_suppression as (
    select * from {{ ref('remainder_suppression') }}
),

linked_suppression as (
    select * from {{ ref('linked_suppression') }}
),

total_suppression as (
    select * from {{ ref('total_suppression') }}
),

-- What withholds every figure of a cell, and what its mean.
reasons as (
    select
        judged.*,
        case
            when judged.has_too_few_contributors then 'D1'
            when judged.lacks_spread then 'D3'
            when overlap_suppression.cell_key is not null then 'D7'
        end as cell_reason,
        case
            when judged.is_dominated then 'D2'
            when judged.cell_type = 'peer_group' then 'D7'
            when linked_suppression.cell_key is not null or total_suppression.cell_key is not null then 'D8'
            else remainder_suppression.broken_rule
        end as mean_reason
    from primary_suppression as judged
    inner join changed_metric_periods
        on judged.metric_name = changed_metric_periods.metric_name and judged.period = changed_metric_periods.period
    left join overlap_suppression
        on
            judged.cell_type = overlap_suppression.cell_type
            and judged.cell_key = overlap_suppression.cell_key
            and judged.metric_name = overlap_suppression.metric_name
            and judged.period = overlap_suppression.period
    left join remainder_suppression
        on
            judged.cell_type = remainder_suppression.cell_type
            and judged.cell_key = remainder_suppression.cell_key
            and judged.metric_name = remainder_suppression.metric_name
            and judged.period = remainder_suppression.period
    left join linked_suppression
        on
            judged.cell_type = linked_suppression.cell_type
            and judged.cell_key = linked_suppression.cell_key
            and judged.metric_name = linked_suppression.metric_name
            and judged.period = linked_suppression.period
    left join total_suppression
        on
            judged.cell_type = total_suppression.cell_type
            and judged.cell_key = total_suppression.cell_key
            and judged.metric_name = total_suppression.metric_name
            and judged.period = total_suppression.period
    where judged.cell_type <> 'direct'
)

select
    cell_type,
    cell_key,
    metric_name,
    period,
    jsonb_strip_nulls(jsonb_build_object(
        'mean', coalesce(cell_reason, mean_reason),
        'stddev', coalesce(
            cell_reason, case when is_dominated then 'D2' when not allows_stddev then 'D5' end, mean_reason
        ),
        'median', coalesce(cell_reason, case when not allows_median then 'D5' end),
        'p25', coalesce(cell_reason, case when not allows_quartiles then 'D5' end),
        'p75', coalesce(cell_reason, case when not allows_quartiles then 'D5' end),
        'p10', coalesce(cell_reason, case when not allows_deciles then 'D5' end),
        'p90', coalesce(cell_reason, case when not allows_deciles then 'D5' end)
    )) as withheld_by
from reasons
