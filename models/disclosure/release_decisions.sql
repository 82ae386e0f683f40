with

release_proposals as (
    select * from {{ ref('release_proposals') }}
),

released_overlaps as (
    select * from {{ ref('released_overlaps') }}
),

history_suppression as (
    select * from {{ ref('history_suppression') }}
),

linked_history as (
    select * from {{ ref('linked_history') }}
),

withheld_means as (
    select * from history_suppression
    union
    select * from linked_history
),

judged as (
    select
        proposals.*,
        withheld_means.cell_key is not null as loses_mean
    from release_proposals as proposals
    left join released_overlaps
        on
            proposals.cell_type = released_overlaps.cell_type
            and proposals.cell_key = released_overlaps.cell_key
            and proposals.metric_name = released_overlaps.metric_name
            and proposals.period = released_overlaps.period
    left join withheld_means
        on
            proposals.cell_type = withheld_means.cell_type
            and proposals.cell_key = withheld_means.cell_key
            and proposals.metric_name = withheld_means.metric_name
            and proposals.period = withheld_means.period
    where released_overlaps.cell_key is null
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
