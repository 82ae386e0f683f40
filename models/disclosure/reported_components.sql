with

remainder_suppression as (
    select * from {{ ref('remainder_suppression') }}
),

linked_suppression as (
    select * from {{ ref('linked_suppression') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

cells as not materialized (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
)

select
    total.cell_type,
    total.cell_key,
    total.metric_name as total_name,
    total.period,
    cells.metric_name,
    cells.contributors,
    -- Of a component that nothing changed, what was shown stands.
    coalesce(component.shows_mean and linked_suppression.cell_key is null, exists (
        select from earlier_releases
        where
            earlier_releases.metric_name = cells.metric_name
            and earlier_releases.period = cells.period
            and earlier_releases.cell_type = cells.cell_type
            and earlier_releases.cell_key = cells.cell_key
            and earlier_releases.figures ? 'mean'
    )) as is_shown,
    coalesce(component.broken_rule = 'D8', false) as differs_too_little
from remainder_suppression as total
inner join metrics on total.metric_name = metrics.component_of
inner join cells
    on
        total.cell_type = cells.cell_type
        and total.cell_key = cells.cell_key
        and metrics.metric_name = cells.metric_name
        and total.period = cells.period
left join remainder_suppression as component
    on
        cells.cell_type = component.cell_type
        and cells.cell_key = component.cell_key
        and cells.metric_name = component.metric_name
        and cells.period = component.period
left join linked_suppression
    on
        cells.cell_type = linked_suppression.cell_type
        and cells.cell_key = linked_suppression.cell_key
        and cells.metric_name = linked_suppression.metric_name
        and cells.period = linked_suppression.period
where total.shows_mean
