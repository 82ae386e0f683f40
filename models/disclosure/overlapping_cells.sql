{{ config(materialized='table', changed='changed_metric_periods', post_hook='analyze {{ this }}') }}

with

cells as (
    select * from {{ ref('cells') }}
),

primary_suppression as (
    select * from {{ ref('primary_suppression') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

visible as (
    select
        cells.cell_type,
        cells.cell_key,
        cells.metric_name,
        cells.period,
        cells.contributor_count,
        cells.contributors
    from cells
    inner join changed_metric_periods
        on cells.metric_name = changed_metric_periods.metric_name and cells.period = changed_metric_periods.period
    inner join primary_suppression
        on
            cells.cell_type = primary_suppression.cell_type
            and cells.cell_key = primary_suppression.cell_key
            and cells.metric_name = primary_suppression.metric_name
            and cells.period = primary_suppression.period
    where
        primary_suppression.allows_median
        or (primary_suppression.allows_mean and cells.cell_type <> 'peer_group')
),

-- What is nested differs by as many contributors as it has more or fewer.
nested as (
    select
        inner_cell.metric_name,
        inner_cell.period,
        inner_cell.cell_type,
        inner_cell.cell_key,
        outer_cell.cell_type as other_type,
        outer_cell.cell_key as other_key
    from visible as inner_cell
    inner join cell_ancestors on inner_cell.cell_key = cell_ancestors.cell_key
    inner join visible as outer_cell
        on
            cell_ancestors.ancestor_key = outer_cell.cell_key
            and cell_ancestors.ancestor_type = outer_cell.cell_type
            and inner_cell.metric_name = outer_cell.metric_name
            and inner_cell.period = outer_cell.period
    where
        inner_cell.cell_type = 'industry'
        and {{ is_too_small_a_difference('outer_cell.contributor_count - inner_cell.contributor_count') }}
),

-- Nothing says how a peer group lies to other cells; those of another size are told apart without looking.
crossing as (
    select
        peer_group.metric_name,
        peer_group.period,
        peer_group.cell_type,
        peer_group.cell_key,
        other_cell.cell_type as other_type,
        other_cell.cell_key as other_key
    from visible as peer_group
    inner join visible as other_cell
        on
            peer_group.metric_name = other_cell.metric_name
            and peer_group.period = other_cell.period
            and abs(peer_group.contributor_count - other_cell.contributor_count) < {{ var('minimum_contributors') }}
    where
        peer_group.cell_type = 'peer_group'
        and other_cell.cell_type in ('industry', 'network', 'peer_group')
        and (other_cell.cell_type <> 'peer_group' or peer_group.cell_key < other_cell.cell_key)
        and {{ is_too_small_a_difference(
            differing_contributors('peer_group.contributors', 'other_cell.contributors')
        ) }}
),

pairs as (
    select * from nested
    union all
    select * from crossing
)

select
    metric_name,
    period,
    cell_type,
    cell_key,
    other_type,
    other_key
from pairs
union all
select
    metric_name,
    period,
    other_type as cell_type,
    other_key as cell_key,
    cell_type as other_type,
    cell_key as other_key
from pairs
