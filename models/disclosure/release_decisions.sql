with

release_proposals as (
    select * from {{ ref('release_proposals') }}
),

released_overlaps as (
    select * from {{ ref('released_overlaps') }}
),

released_links as (
    select * from {{ ref('released_links') }}
),

history_suppression as (
    select * from {{ ref('history_suppression') }}
),

judged as (
    select
        proposals.*,
        history_suppression.cell_key is not null as loses_mean
    from release_proposals as proposals
    left join released_overlaps
        on
            proposals.cell_type = released_overlaps.cell_type
            and proposals.cell_key = released_overlaps.cell_key
            and proposals.metric_name = released_overlaps.metric_name
            and proposals.period = released_overlaps.period
    left join released_links
        on
            proposals.cell_type = released_links.cell_type
            and proposals.cell_key = released_links.cell_key
            and proposals.metric_name = released_links.metric_name
            and proposals.period = released_links.period
    left join history_suppression
        on
            proposals.cell_type = history_suppression.cell_type
            and proposals.cell_key = history_suppression.cell_key
            and proposals.metric_name = history_suppression.metric_name
            and proposals.period = history_suppression.period
    where released_overlaps.cell_key is null and released_links.cell_key is null
)

-- Without the mean that it would have, a cell is released only where that takes no mean away from anybody.
select
    cell_type,
    cell_key,
    metric_name,
    period,
    contributor_count,
    data_quality,
    case when loses_mean then '{"mean": "D9", "stddev": "D9"}' || withheld_by else withheld_by end as withheld_by,
    case when loses_mean then figures - '{mean,stddev}'::text[] else figures end as figures
from judged
where not loses_mean or (not mean_stands and figures - '{mean,stddev}'::text[] <> '{}')
