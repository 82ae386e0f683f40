with

mean_proposals as (
    select * from {{ ref('mean_proposals') }}
),

history_suppression as (
    select * from {{ ref('history_suppression') }}
),

linked_lines as (
    select * from {{ ref('linked_lines') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

proposals as (
    select mean_proposals.*
    from mean_proposals
    left join history_suppression
        on
            mean_proposals.cell_key = history_suppression.cell_key
            and mean_proposals.metric_name = history_suppression.metric_name
            and mean_proposals.period = history_suppression.period
    where
        history_suppression.cell_key is null
        and (mean_proposals.metric_name, mean_proposals.period) in (
            select
                linked_lines.metric_name,
                linked_lines.period
            from linked_lines
        )
),

below as (
    select
        proposals.proposal_id,
        lower_proposals.cell_key as lower_key,
        lower_proposals.digest - coalesce(lower_proposals.earlier_digests[1], 0) as news
    from proposals
    inner join cell_ancestors on proposals.cell_key = cell_ancestors.ancestor_key
    inner join proposals as lower_proposals
        on
            cell_ancestors.cell_key = lower_proposals.cell_key
            and proposals.metric_name = lower_proposals.metric_name
            and proposals.period = lower_proposals.period
),

-- Of the cells below only the highest: what those below them say is theirs, too.
news_below as (
    select
        below.proposal_id,
        sum(below.news) as news
    from below
    where
        not exists (
            select from below as between_them
            inner join cell_ancestors on between_them.lower_key = cell_ancestors.ancestor_key
            where between_them.proposal_id = below.proposal_id and cell_ancestors.cell_key = below.lower_key
        )
    group by below.proposal_id
)

select proposals.proposal_id
from proposals
left join news_below on proposals.proposal_id = news_below.proposal_id
where proposals.digest - coalesce(news_below.news, 0) = any(proposals.earlier_digests)
