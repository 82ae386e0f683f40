{{ config(materialized='table', changed='linked_lines', post_hook='analyze {{ this }}') }}

with

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
),

history_suppression as (
    select * from {{ ref('history_suppression') }}
),

repeated_means as (
    select * from {{ ref('repeated_means') }}
),

linked_lines as (
    select * from {{ ref('linked_lines') }}
),

cells as not materialized (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

proposals as (
    select
        linked_lines.line_name,
        linked_lines.step,
        mean_proposals.*
    from mean_proposals
    inner join linked_lines
        on mean_proposals.metric_name = linked_lines.metric_name and mean_proposals.period = linked_lines.period
    left join history_suppression
        on
            mean_proposals.cell_key = history_suppression.cell_key
            and mean_proposals.metric_name = history_suppression.metric_name
            and mean_proposals.period = history_suppression.period
    where history_suppression.cell_key is null
),

-- Metrics further up the line of which the cell has the very same contributors: beside their mean, shown or proposed,
-- that of the proposal tells nothing along this line.
totals as (
    select
        proposals.line_name,
        proposals.proposal_id,
        total.proposal_id as total_id,
        (
            select count(*) from earlier_releases
            where
                earlier_releases.metric_name = cells.metric_name
                and earlier_releases.period = cells.period
                and earlier_releases.cell_type = cells.cell_type
                and earlier_releases.cell_key = cells.cell_key
                and earlier_releases.figures ? 'mean'
                and earlier_releases.contributor_count = cells.contributor_count
                and {{ differing_contributors(
                    'cells.contributors', 'earlier_releases.contributors',
                    'cells.value_digests', 'earlier_releases.value_digests'
                ) }} = 0
        ) > 0 as is_told
    from proposals
    inner join linked_lines
        on
            proposals.line_name = linked_lines.line_name
            and proposals.period = linked_lines.period
            and proposals.step < linked_lines.step
    inner join cells
        on
            proposals.cell_type = cells.cell_type
            and proposals.cell_key = cells.cell_key
            and linked_lines.metric_name = cells.metric_name
            and linked_lines.period = cells.period
    left join proposals as total
        on
            proposals.line_name = total.line_name
            and cells.cell_key = total.cell_key
            and cells.metric_name = total.metric_name
            and cells.period = total.period
    where
        cardinality(proposals.contributors) = cells.contributor_count
        and {{ differing_contributors('proposals.contributors', 'cells.contributors') }} = 0
),

twins as (
    select
        line_name,
        proposal_id,
        bool_or(is_told) as is_told,
        array_remove(array_agg(total_id), null) as totals
    from totals
    where is_told or total_id is not null
    group by line_name, proposal_id
)

select
    proposals.line_name,
    proposals.step,
    proposals.proposal_id,
    proposals.level,
    proposals.cell_type,
    proposals.cell_key,
    proposals.metric_name,
    proposals.period,
    proposals.contributors,
    coalesce(twins.is_told, false) as is_told,
    coalesce(twins.totals, '{}') as totals,
    case
        when twins.proposal_id is not null then 'twin'
        when repeated_means.proposal_id is not null then 'repeated'
        else 'new'
    end as kind
from proposals
left join twins on proposals.line_name = twins.line_name and proposals.proposal_id = twins.proposal_id
left join repeated_means on proposals.proposal_id = repeated_means.proposal_id
