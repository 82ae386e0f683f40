with

judged_cells as (
    select * from {{ ref('judged_cells') }}
),

releases as (
    select * from {{ ref('releases') }}
),

ledger_releases as (
    select * from {{ ref('new_releases') }}
),

withdrawn_releases as (
    select * from {{ ref('withdrawn_releases') }}
),

-- By which rule a cell shows nothing: a peer group has no mean to lose.
shown as (
    select
        coalesce(judged_cells.cell_type, releases.cell_type) as cell_type,
        coalesce(judged_cells.cell_key, releases.cell_key) as cell_key,
        coalesce(judged_cells.metric_name, releases.metric_name) as metric_name,
        coalesce(judged_cells.period, releases.period) as period,
        releases.cell_key is not null as is_shown,
        releases.statistics @> judged_cells.figures
        and not releases.statistics ?| array(select jsonb_object_keys(judged_cells.withheld_by))
            as shows_current_figures,
        judged_cells.figures <> '{}' as may_show_something,
        judged_cells.withheld_by
        ->> case judged_cells.cell_type when 'peer_group' then 'median' else 'mean' end as withheld_by
    from judged_cells
    full outer join releases
        on
            judged_cells.cell_type = releases.cell_type
            and judged_cells.cell_key = releases.cell_key
            and judged_cells.metric_name = releases.metric_name
            and judged_cells.period = releases.period
),

withdrawn as (
    select distinct
        ledger_releases.cell_type,
        ledger_releases.cell_key,
        ledger_releases.metric_name,
        ledger_releases.period
    from ledger_releases
    inner join withdrawn_releases on ledger_releases.release_id = withdrawn_releases.release_id
),

decided as (
    select
        coalesce(shown.cell_type, withdrawn.cell_type) as cell_type,
        coalesce(shown.cell_key, withdrawn.cell_key) as cell_key,
        coalesce(shown.metric_name, withdrawn.metric_name) as metric_name,
        coalesce(shown.period, withdrawn.period) as period,
        case when shown.is_shown then array['published'] else '{}' end
        || case
            when shown.is_shown and shown.shows_current_figures then '{}'
            when shown.is_shown then array['D9']
            when withdrawn.cell_key is not null then array['D10']
            when shown.may_show_something then array['D9']
            else array[shown.withheld_by]
        end as outcomes
    from shown
    full outer join withdrawn
        on
            shown.cell_type = withdrawn.cell_type
            and shown.cell_key = withdrawn.cell_key
            and shown.metric_name = withdrawn.metric_name
            and shown.period = withdrawn.period
)

select
    decided.cell_type,
    decided.cell_key,
    decided.metric_name,
    decided.period,
    outcome.outcome
from decided
cross join unnest(decided.outcomes) as outcome (outcome)
