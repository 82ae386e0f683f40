{{ config(materialized='table', changed='remainder_suppression', post_hook='analyze {{ this }}') }}

with recursive

remainder_suppression as (
    select * from {{ ref('remainder_suppression') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

-- Of a total that nothing changed, what was shown stands.
total_means as (
    select
        metric_name,
        period,
        cell_key
    from remainder_suppression
    where shows_mean
    union
    select
        earlier_releases.metric_name,
        earlier_releases.period,
        earlier_releases.cell_key
    from changed_metric_periods
    inner join metrics on changed_metric_periods.metric_name = metrics.metric_name
    inner join earlier_releases
        on
            metrics.component_of = earlier_releases.metric_name
            and changed_metric_periods.period = earlier_releases.period
    left join changed_metric_periods as changed_total
        on
            metrics.component_of = changed_total.metric_name
            and changed_metric_periods.period = changed_total.period
    where
        changed_total.metric_name is null
        and earlier_releases.figures ? 'mean'
        and earlier_releases.cell_type <> 'peer_group'
),

-- A component of which a cell leaves over the same contributors as of its total, and of that one's total.
twins as (
    select
        remainder_suppression.cell_type,
        remainder_suppression.cell_key,
        remainder_suppression.metric_name,
        remainder_suppression.period,
        metrics.component_of as total_name
    from remainder_suppression
    inner join metrics on remainder_suppression.metric_name = metrics.metric_name
    where
        remainder_suppression.shows_mean
        and remainder_suppression.contributor_count > 0
        and remainder_suppression.differing = 0
        and metrics.component_of is not null
    union -- not union all, which would go round for ever in a circle of metrics
    select
        twins.cell_type,
        twins.cell_key,
        twins.metric_name,
        twins.period,
        metrics.component_of as total_name
    from twins
    inner join remainder_suppression
        on
            twins.cell_key = remainder_suppression.cell_key
            and twins.total_name = remainder_suppression.metric_name
            and twins.period = remainder_suppression.period
    inner join metrics on remainder_suppression.metric_name = metrics.metric_name
    where remainder_suppression.differing = 0 and metrics.component_of is not null
)

-- What a total withholds in a cell, but not above or below it, its component would tell.
select distinct
    twins.cell_type,
    twins.cell_key,
    twins.metric_name,
    twins.period
from twins
inner join total_means
    on twins.total_name = total_means.metric_name and twins.period = total_means.period
inner join cell_ancestors
    on
        (twins.cell_key = cell_ancestors.cell_key and total_means.cell_key = cell_ancestors.ancestor_key)
        or (twins.cell_key = cell_ancestors.ancestor_key and total_means.cell_key = cell_ancestors.cell_key)
left join total_means as own
    on
        twins.cell_key = own.cell_key
        and twins.total_name = own.metric_name
        and twins.period = own.period
where own.cell_key is null
