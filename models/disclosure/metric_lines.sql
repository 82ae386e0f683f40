with recursive

metrics as (
    select * from {{ ref('stg_metrics') }}
),

-- From a component up to its total, to that one's total and so on; a circle is gone round once.
metric_lines as (
    select
        metric_name as line_name,
        metric_name,
        component_of,
        0 as step,
        array[metric_name] as passed
    from metrics
    where component_of is not null
    union all
    select
        metric_lines.line_name,
        metrics.metric_name,
        metrics.component_of,
        metric_lines.step + 1 as step,
        metric_lines.passed || metrics.metric_name as passed
    from metric_lines
    inner join metrics on metric_lines.component_of = metrics.metric_name
    where metrics.metric_name <> all(metric_lines.passed)
)

select
    line_name,
    metric_name,
    step
from metric_lines
