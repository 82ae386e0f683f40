{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

cells as (
    select * from {{ ref('cells') }}
),

remainder_blocks as (
    select * from {{ ref('remainder_blocks') }}
),

remainder_suppression as (
    select * from {{ ref('remainder_suppression') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

candidate_means as (
    select
        cells.cell_type,
        cells.cell_key,
        cells.metric_name,
        cells.period,
        cells.contributor_count,
        cells.contributors,
        true as is_candidate
    from cells
    inner join remainder_blocks
        on
            cells.cell_type = remainder_blocks.cell_type
            and cells.cell_key = remainder_blocks.cell_key
            and cells.metric_name = remainder_blocks.metric_name
            and cells.period = remainder_blocks.period
    left join remainder_suppression
        on
            cells.cell_type = remainder_suppression.cell_type
            and cells.cell_key = remainder_suppression.cell_key
            and cells.metric_name = remainder_suppression.metric_name
            and cells.period = remainder_suppression.period
    where remainder_blocks.may_show_mean and remainder_suppression.cell_key is null
),

-- Of a metric and period that nothing changed, what was shown last still stands.
standing_means as (
    select distinct on (cell_type, cell_key, metric_name, period)
        cell_type,
        cell_key,
        metric_name,
        period,
        contributor_count,
        contributors,
        false as is_candidate
    from earlier_releases
    where
        figures ? 'mean'
        and metric_name in (
            select metrics.metric_name from metrics
            where metrics.component_of is not null
            union all
            select metrics.component_of from metrics
        )
        and exists (
            select from changed_metric_periods
            where changed_metric_periods.period = earlier_releases.period
        )
        and (metric_name, period) not in (
            select
                changed_metric_periods.metric_name,
                changed_metric_periods.period
            from changed_metric_periods
        )
    order by cell_type asc, cell_key asc, metric_name asc, period asc, release_id desc
),

means as (
    select * from candidate_means
    union all
    select * from standing_means
),

linked as (
    select
        total.cell_type,
        total.cell_key,
        total.period,
        total.metric_name as total_name,
        component.metric_name as component_name,
        total.is_candidate as is_total_candidate,
        component.is_candidate as is_component_candidate,
        count(*) over (partition by total.cell_type, total.cell_key, total.period, total.metric_name) as components
    from metrics
    inner join means as component on metrics.metric_name = component.metric_name
    inner join means as total
        on
            metrics.component_of = total.metric_name
            and component.cell_type = total.cell_type
            and component.cell_key = total.cell_key
            and component.period = total.period
            and abs(component.contributor_count - total.contributor_count) < {{ var('minimum_contributors') }}
    where
        (total.is_candidate or component.is_candidate)
        and {{ is_too_small_a_difference(differing_contributors('total.contributors', 'component.contributors')) }}
)

-- One total gives way to its components where several of them differ from it; else the one component does.
select distinct
    cell_type,
    cell_key,
    case
        when not is_component_candidate or (is_total_candidate and components > 1) then total_name
        else component_name
    end as metric_name,
    period
from linked
