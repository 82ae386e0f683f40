{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    changed='changed_metric_periods',
    unique_key=['metric_name', 'period'],
    indexes=[{'columns': ['metric_name', 'period']}],
    post_hook="{{ 'analyze ' ~ this ~ ' (cell_type, cell_key, metric_name, period)' if not is_incremental() }}",
) }}

with

contributions as (
    select * from {{ ref('contributions') }}
),

cell_members as (
    select * from {{ ref('cell_members') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

cell_values as (
    select
        cell_members.cell_type,
        cell_members.cell_key,
        contributions.metric_name,
        contributions.period,
        array_agg(contributions.value) as contributed_values,
        array_agg(cell_members.contributor_number) as contributors,
        array_agg({{ value_digest('contributions.value') }}) as value_digests,
        avg(contributions.data_quality) as data_quality
    from contributions
    {% if is_incremental() %}
        inner join changed_metric_periods
            on
                contributions.metric_name = changed_metric_periods.metric_name
                and contributions.period = changed_metric_periods.period
    {% endif %}
    inner join cell_members on contributions.contributor_id = cell_members.contributor_id
    where contributions.value is not null
    group by cell_members.cell_type, cell_members.cell_key, contributions.metric_name, contributions.period
)

select
    cell_values.cell_type,
    cell_values.cell_key,
    cell_values.metric_name,
    cell_values.period,
    described.contributor_count,
    described.mean,
    described.stddev,
    described.quantiles,
    described.absolute_total,
    described.largest_values[1] as largest,
    case described.contributor_count
        when 1 then 0
        when 2 then described.largest_values[3]
        else described.largest_values[2]
    end as second_largest,
    case
        when described.quantiles[2] = described.quantiles[4]
            then {{ share_of_value('cell_values.contributed_values', 'described.middle_value') }}
        else 0
    end as middle_value_share,
    cell_values.data_quality,
    cell_values.contributors,
    cell_values.value_digests
from cell_values
-- A lateral subquery depends on the row: it cannot be a CTE.
cross join lateral ({{ describe_values('cell_values.contributed_values') }}) as described -- noqa: ST05
