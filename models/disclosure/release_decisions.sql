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

cells as (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

proposals as (
    select release_proposals.*
    from release_proposals
    left join released_overlaps
        on
            release_proposals.cell_type = released_overlaps.cell_type
            and release_proposals.cell_key = released_overlaps.cell_key
            and release_proposals.metric_name = released_overlaps.metric_name
            and release_proposals.period = released_overlaps.period
    left join released_links
        on
            release_proposals.cell_type = released_links.cell_type
            and release_proposals.cell_key = released_links.cell_key
            and release_proposals.metric_name = released_links.metric_name
            and release_proposals.period = released_links.period
    where released_overlaps.cell_key is null and released_links.cell_key is null
),

-- The latest mean of every cell of the tree, wherever something is proposed that was shown before.
latest_means as materialized (
    select distinct on (cell_type, cell_key, metric_name, period)
        cell_type,
        cell_key,
        metric_name,
        period,
        contributors,
        value_digests
    from earlier_releases
    where
        cell_type <> 'peer_group'
        and figures ? 'mean'
        and (metric_name, period) in (select
            proposals.metric_name,
            proposals.period
        from proposals)
    order by cell_type asc, cell_key asc, metric_name asc, period asc, release_id desc
),

proposed_means as materialized (
    select
        cells.cell_type,
        cells.cell_key,
        cells.metric_name,
        cells.period,
        cells.contributors,
        cells.value_digests
    from proposals
    inner join cells
        on
            proposals.cell_type = cells.cell_type
            and proposals.cell_key = cells.cell_key
            and proposals.metric_name = cells.metric_name
            and proposals.period = cells.period
    where
        proposals.figures ? 'mean'
        and (proposals.metric_name, proposals.period) in (
            select
                latest_means.metric_name,
                latest_means.period
            from latest_means
        )
),

known_means as materialized (
    {{ newest_first('proposed_means', 'latest_means') }}
),

-- A cell above whose change too few of the cells below it share stays as it was.
retracted as materialized (
    {{ unexplained_changes('known_means') }}
),

kept_means as materialized (
    select proposed_means.*
    from proposed_means
    left join retracted
        on
            proposed_means.cell_key = retracted.cell_key
            and proposed_means.metric_name = retracted.metric_name
            and proposed_means.period = retracted.period
    where retracted.cell_key is null
),

known_at_last as materialized (
    {{ newest_first('kept_means', 'latest_means') }}
),

-- Where even so something could be worked out, nothing of the metric and period is released.
held as (
    {{ unexplained_changes('known_at_last') }}
)

select proposals.*
from proposals
left join retracted
    on
        proposals.cell_type <> 'peer_group'
        and proposals.cell_key = retracted.cell_key
        and proposals.metric_name = retracted.metric_name
        and proposals.period = retracted.period
where
    retracted.cell_key is null
    and (proposals.metric_name, proposals.period) not in (select
        held.metric_name,
        held.period
    from held)
