{{ config(materialized='table', changed='reported_components', post_hook='analyze {{ this }}') }}

with

reported_components as (
    select * from {{ ref('reported_components') }}
),

cells as not materialized (
    select * from {{ ref('cells') }}
),

metric_lines as (
    select * from {{ ref('metric_lines') }}
),

totals as (
    select
        cell_type,
        cell_key,
        total_name,
        period,
        -- One that D8 withholds might be shown by itself.
        count(*) filter (where not is_shown) = 1 and bool_and(is_shown or not differs_too_little) as hides_one
    from reported_components
    group by cell_type, cell_key, total_name, period
    having bool_or(is_shown) and not bool_and(is_shown)
),

reporting as (
    select
        reported_components.cell_type,
        reported_components.cell_key,
        reported_components.total_name,
        reported_components.period,
        member.contributor,
        bool_or(not reported_components.is_shown) as is_hidden
    from reported_components
    cross join unnest(reported_components.contributors) as member (contributor)
    group by
        reported_components.cell_type, reported_components.cell_key, reported_components.total_name,
        reported_components.period, member.contributor
),

-- Of whom something is left of the total when its shown components are taken away.
left_over as (
    select
        totals.cell_type,
        totals.cell_key,
        totals.total_name,
        totals.period,
        totals.hides_one,
        count(*) filter (where reporting.contributor is null) as without_component,
        count(*) filter (where reporting.is_hidden) as with_hidden_component
    from totals
    inner join cells
        on
            totals.cell_type = cells.cell_type
            and totals.cell_key = cells.cell_key
            and totals.total_name = cells.metric_name
            and totals.period = cells.period
    cross join unnest(cells.contributors) as member (contributor)
    left join reporting
        on
            totals.cell_type = reporting.cell_type
            and totals.cell_key = reporting.cell_key
            and totals.total_name = reporting.total_name
            and totals.period = reporting.period
            and member.contributor = reporting.contributor
    group by totals.cell_type, totals.cell_key, totals.total_name, totals.period, totals.hides_one
),

telling as (
    select
        cell_type,
        cell_key,
        total_name,
        period
    from left_over
    where
        with_hidden_component > 0
        and without_component + case when hides_one then 0 else with_hidden_component end
        < {{ var('minimum_contributors') }}
)

select
    cell_type,
    cell_key,
    total_name as metric_name,
    period
from telling
union
-- With its other components the total's own total tells the same.
select
    telling.cell_type,
    telling.cell_key,
    metric_lines.metric_name,
    telling.period
from telling
inner join metric_lines on telling.total_name = metric_lines.line_name
