{{ config(alias='metric_periods', changed='changed_metric_periods', unique_key=['metric_name', 'period']) }}

with

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
)

-- Last of all: the marks of an unfinished build go only when everything is released, cached and remembered:
-- depends_on: {{ ref('releases') }}
-- depends_on: {{ ref('network_intelligence_cache') }}
-- depends_on: {{ ref('judged_cells') }}
select
    metric_periods.metric_name,
    metric_periods.period,
    metric_periods.inputs_digest
from metric_periods
inner join changed_metric_periods
    on
        metric_periods.metric_name = changed_metric_periods.metric_name
        and metric_periods.period = changed_metric_periods.period
