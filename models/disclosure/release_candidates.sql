{{ config(materialized='table', changed='allowed_figures') }}

with

cells as (
    select * from {{ ref('cells') }}
),

allowed_figures as (
    select * from {{ ref('allowed_figures') }}
),

figures as (
    select
        cells.cell_type,
        cells.cell_key,
        cells.metric_name,
        cells.period,
        cells.contributor_count,
        cells.data_quality,
        allowed_figures.withheld_by,
        jsonb_build_object(
            'mean', {{ significant('cells.mean') }},
            'median', {{ significant('cells.quantiles[3]') }},
            'p10', {{ significant('cells.quantiles[1]') }},
            'p25', {{ significant('cells.quantiles[2]') }},
            'p75', {{ significant('cells.quantiles[4]') }},
            'p90', {{ significant('cells.quantiles[5]') }},
            'stddev', {{ significant('cells.stddev') }}
        ) - array(select jsonb_object_keys(allowed_figures.withheld_by)) as figures
    from cells
    inner join allowed_figures
        on
            cells.cell_type = allowed_figures.cell_type
            and cells.cell_key = allowed_figures.cell_key
            and cells.metric_name = allowed_figures.metric_name
            and cells.period = allowed_figures.period
)

select * from figures
where figures <> '{}'
