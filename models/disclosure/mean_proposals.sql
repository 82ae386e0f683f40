{{ config(
    materialized='table',
    changed='release_proposals',
    post_hook='analyze {{ this }} (proposal_id, level, cell_type, cell_key, metric_name, period)',
) }}

with

release_proposals as (
    select * from {{ ref('release_proposals') }}
),

-- Sets are compared once, not for each proposal anew.
released_overlaps as materialized (
    select * from {{ ref('released_overlaps') }}
),

metric_lines as (
    select * from {{ ref('metric_lines') }}
),

cells as (
    select * from {{ ref('cells') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

earlier_means as not materialized (
    select * from {{ source('ledger', 'releases') }}
    where figures ? 'mean' and cell_type <> 'peer_group'
),

-- Made few before they are joined: PostgreSQL expects of a recursive CTE ten times the rows, and takes memory for them.
metric_periods_shown as (
    select distinct
        metric_name,
        period
    from earlier_means
)

select
    -- A lower cell has a higher number.
    row_number() over (
        order by cell_tree.level, proposals.metric_name, proposals.period, proposals.cell_key
    ) as proposal_id,
    cell_tree.level,
    proposals.cell_type,
    proposals.cell_key,
    proposals.metric_name,
    proposals.period,
    cells.contributors,
    cells.value_digests,
    {{ contributions_digest('cells.contributors', 'cells.value_digests') }} as digest,
    array(
        select {{ contributions_digest('earlier_means.contributors', 'earlier_means.value_digests') }}
        from earlier_means
        where
            earlier_means.metric_name = proposals.metric_name
            and earlier_means.period = proposals.period
            and earlier_means.cell_type = proposals.cell_type
            and earlier_means.cell_key = proposals.cell_key
        order by earlier_means.release_id desc
    ) as earlier_digests
from release_proposals as proposals
inner join cell_tree on proposals.cell_type = cell_tree.cell_type and proposals.cell_key = cell_tree.cell_key
inner join cells
    on
        proposals.cell_type = cells.cell_type
        and proposals.cell_key = cells.cell_key
        and proposals.metric_name = cells.metric_name
        and proposals.period = cells.period
left join released_overlaps
    on
        proposals.cell_type = released_overlaps.cell_type
        and proposals.cell_key = released_overlaps.cell_key
        and proposals.metric_name = released_overlaps.metric_name
        and proposals.period = released_overlaps.period
where
    proposals.figures ? 'mean'
    and released_overlaps.cell_key is null
    -- Before anything is shown of a metric and period, or of one linked to it, D6 is all there is to say.
    and (proposals.metric_name, proposals.period) in (
        select
            metric_periods_shown.metric_name,
            metric_periods_shown.period
        from metric_periods_shown
        union
        select
            linked_metrics.metric_name,
            metric_periods_shown.period
        from metric_periods_shown
        inner join metric_lines on metric_periods_shown.metric_name = metric_lines.metric_name
        inner join metric_lines as linked_metrics on metric_lines.line_name = linked_metrics.line_name
    )
