{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    changed='changed_metric_periods',
    unique_key=['metric_name', 'period'],
    indexes=[{'columns': ['metric_name', 'period']}],
    post_hook="{{ 'analyze ' ~ this if not is_incremental() }}",
) }}

with

counted_observations as (
    select * from {{ ref('counted_observations') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

-- A verified value is replaced only by a later verified one.
latest_versions as (
    select distinct on (metric_period_id, contributor_id, organization_id, site_id)
        metric_period_id,
        contributor_id,
        value,
        takes_latest,
        data_quality,
        reported_at
    from counted_observations
    {% if is_incremental() %}
        where (metric_name, period) in (
            select
                changed_metric_periods.metric_name,
                changed_metric_periods.period
            from changed_metric_periods
        )
    {% endif %}
    order by
        metric_period_id asc, contributor_id asc, organization_id asc, site_id asc,
        is_verified desc, reported_at desc, batch_id desc, file_row desc
),

by_contributor as (
    select
        metric_period_id,
        contributor_id,
        sum(value) as value_sum,
        avg(value) as value_mean,
        {{ latest_value('value', 'reported_at', 'takes_latest') }} as latest_value,
        avg(data_quality) as data_quality
    from latest_versions
    group by metric_period_id, contributor_id
)

select
    metric_periods.metric_name,
    metric_periods.period,
    by_contributor.contributor_id,
    case metric_periods.aggregation
        when 'sum' then by_contributor.value_sum
        when 'mean' then by_contributor.value_mean
        when 'latest' then by_contributor.latest_value
    end as value,
    by_contributor.data_quality
from by_contributor
inner join metric_periods on by_contributor.metric_period_id = metric_periods.metric_period_id
