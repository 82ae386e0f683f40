{{ config(materialized='table', changed='linked_lines', post_hook='analyze {{ this }}') }}

with

linked_lines as (
    select * from {{ ref('linked_lines') }}
),

cells as not materialized (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

said as (
    select
        linked_lines.line_name,
        linked_lines.period,
        linked_lines.step,
        unnest(cells.contributors) as contributor,
        unnest(cells.value_digests) as digest
    from linked_lines
    inner join cells
        on
            linked_lines.metric_name = cells.metric_name
            and linked_lines.period = cells.period
            and cells.cell_type = 'network'
),

shown_members as (
    select
        linked_lines.line_name,
        linked_lines.period,
        linked_lines.step,
        earlier_releases.release_id,
        earlier_releases.released_at,
        unnest(earlier_releases.contributors) as contributor,
        unnest(earlier_releases.value_digests) as digest
    from linked_lines
    inner join earlier_releases
        on linked_lines.metric_name = earlier_releases.metric_name and linked_lines.period = earlier_releases.period
    where earlier_releases.figures ? 'mean' and earlier_releases.cell_type <> 'peer_group'
),

shown as (
    select
        line_name,
        period,
        step,
        contributor,
        bit_xor(hashint8extended(release_id, 0)) as means_id,
        count(distinct digest) as versions,
        max(released_at) as shown_at,
        array_agg(digest) as digests
    from shown_members
    group by line_name, period, step, contributor
),

-- Which of somebody's values belong together is sure of those said today and of those last shown by one build; of all
-- others only who stood where counts.
compared as (
    select
        coalesce(said.line_name, shown.line_name) as line_name,
        coalesce(said.period, shown.period) as period,
        coalesce(said.contributor, shown.contributor) as contributor,
        said.step as said_step,
        shown.step as shown_step,
        shown.means_id,
        shown.shown_at,
        said.digest = any(shown.digests) as is_shown,
        max(shown.versions) over (
            partition by
                coalesce(said.line_name, shown.line_name),
                coalesce(said.period, shown.period),
                coalesce(said.contributor, shown.contributor)
            rows between unbounded preceding and unbounded following exclude current row
        ) as other_versions
    from said
    full outer join shown
        on
            said.line_name = shown.line_name
            and said.period = shown.period
            and said.step = shown.step
            and said.contributor = shown.contributor
),

judged as (
    select
        line_name,
        period,
        contributor,
        bit_xor(means_id) as means_id,
        -- New, or says something else of every metric than in the last build in which all of them were shown.
        count(said_step) > 0
        and not coalesce(bool_or(is_shown), false)
        and (
            count(shown_step) = 0
            or (count(said_step) filter (where shown_step is null) = 0 and min(shown_at) = max(shown_at))
        ) as is_renewed,
        array_agg(said_step) filter (where is_shown is not true and other_versions > 1) as bridged_steps
    from compared
    group by line_name, period, contributor
)

select
    line_name,
    period,
    contributor,
    case when not is_renewed then means_id end as means_id,
    case when not is_renewed then bridged_steps end as bridged_steps
from judged
