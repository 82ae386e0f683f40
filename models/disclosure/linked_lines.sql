{{ config(materialized='table', changed='mean_proposals', post_hook='analyze {{ this }}') }}

with

metric_lines as (
    select * from {{ ref('metric_lines') }}
),

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

means as (
    select distinct
        metric_name,
        period,
        true as is_proposed
    from mean_proposals
    union all
    select distinct
        metric_name,
        period,
        false as is_proposed
    from earlier_releases
    where figures ? 'mean' and cell_type <> 'peer_group'
),

-- Lines of which something was shown and something is proposed, of two metrics and more.
linked_lines as (
    select
        metric_lines.line_name,
        means.period
    from metric_lines
    inner join means on metric_lines.metric_name = means.metric_name
    group by metric_lines.line_name, means.period
    having bool_or(means.is_proposed) and not bool_and(means.is_proposed) and count(distinct means.metric_name) > 1
)

select
    linked_lines.line_name,
    linked_lines.period,
    metric_lines.metric_name,
    metric_lines.step
from linked_lines
inner join metric_lines on linked_lines.line_name = metric_lines.line_name
