{{ config(materialized='table', changed='changed_metric_periods', post_hook='analyze {{ this }}') }}

with

cells as (
    select * from {{ ref('cells') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

primary_suppression as (
    select * from {{ ref('primary_suppression') }}
),

overlap_suppression as (
    select * from {{ ref('overlap_suppression') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

parent_cells as (
    select * from {{ ref('parent_cells') }}
),

linked_blocks as (
    select * from {{ ref('linked_blocks') }}
)

select
    cell_tree.level,
    cell_tree.cell_type,
    cell_tree.cell_key,
    cell_tree.parent_key,
    cells.metric_name,
    cells.period,
    cells.contributor_count as cell_size,
    primary_suppression.allows_mean and overlap_suppression.cell_key is null as may_show_mean,
    block.cell_type as block_type,
    coalesce(block.contributor_count, 0) as contributor_count,
    coalesce(block.absolute_total, 0) as absolute_total,
    coalesce(block.largest, 0) as largest,
    coalesce(block.second_largest, 0) as second_largest,
    coalesce(linked_blocks.differing, 0) as differing,
    coalesce(linked_blocks.told_apart, 0) as told_apart
from cells
inner join changed_metric_periods
    on cells.metric_name = changed_metric_periods.metric_name and cells.period = changed_metric_periods.period
inner join cell_tree on cells.cell_type = cell_tree.cell_type and cells.cell_key = cell_tree.cell_key
inner join primary_suppression
    on
        cells.cell_type = primary_suppression.cell_type
        and cells.cell_key = primary_suppression.cell_key
        and cells.metric_name = primary_suppression.metric_name
        and cells.period = primary_suppression.period
left join overlap_suppression
    on
        cells.cell_type = overlap_suppression.cell_type
        and cells.cell_key = overlap_suppression.cell_key
        and cells.metric_name = overlap_suppression.metric_name
        and cells.period = overlap_suppression.period
left join parent_cells on cells.cell_key = parent_cells.cell_key
left join cells as block
    on
        cells.cell_key = block.cell_key
        and cells.metric_name = block.metric_name
        and cells.period = block.period
        and block.cell_type = case when parent_cells.cell_key is null then cells.cell_type else 'direct' end
left join linked_blocks
    on
        cells.cell_key = linked_blocks.cell_key
        and cells.metric_name = linked_blocks.metric_name
        and cells.period = linked_blocks.period
