{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

releases as (
    select * from {{ ref('releases') }}
),

recent_periods as (
    select * from {{ ref('recent_periods') }}
),

compared_cells as (
    select * from {{ ref('compared_cells') }}
),

published as (
    select
        metric_name,
        period,
        md5(string_agg(
            concat_ws('|', cell_type, cell_key, statistics), ';' order by cell_type, cell_key
        )) as figures
    from releases
    group by metric_name, period
),

compared as (
    select
        md5(string_agg(
            concat_ws('|', organization_id, cell_type, cell_key), ';' order by organization_id, cell_type, cell_key
        )) as cells
    from compared_cells
)

select
    metric_periods.metric_name,
    metric_periods.period,
    published.figures,
    md5(concat_ws(';', {{ model_digest('positions') }}, compared.cells, published.figures)) as version
from metric_periods
inner join recent_periods on metric_periods.period = recent_periods.period
cross join compared
left join published
    on metric_periods.metric_name = published.metric_name and metric_periods.period = published.period
