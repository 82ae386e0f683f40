{{ config(
    alias='releases',
    changed='changed_metric_periods',
    post_hook="{{ analyze_if_any(ref('changed_metric_periods')) }}",
) }}

with

release_decisions as (
    select * from {{ ref('release_decisions') }}
),

cells as (
    select * from {{ ref('cells') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
)

-- What was withdrawn must be hidden before anything new is compared: depends_on: {{ ref('withdrawn_releases') }}
select
    release_decisions.cell_type,
    release_decisions.cell_key,
    release_decisions.metric_name,
    release_decisions.period,
    release_decisions.contributor_count,
    cells.contributors,
    cells.value_digests,
    release_decisions.figures,
    release_decisions.data_quality,
    release_decisions.withheld_by,
    '{{ tojson(thresholds()) }}'::jsonb as thresholds,
    {{ as_of() }} as released_at,
    {{ magnitude_bound('cells.largest') }} as magnitude_bound,
    metrics.data_category
from release_decisions
inner join cells
    on
        release_decisions.cell_type = cells.cell_type
        and release_decisions.cell_key = cells.cell_key
        and release_decisions.metric_name = cells.metric_name
        and release_decisions.period = cells.period
inner join metrics on release_decisions.metric_name = metrics.metric_name
