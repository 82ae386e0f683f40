{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    changed='changed_metric_periods',
    unique_key=['metric_name', 'period'],
    indexes=[{'columns': ['metric_name', 'period']}],
    post_hook="{{ 'analyze ' ~ this if not is_incremental() }}",
) }}

with

observations as (
    select * from {{ ref('stg_observations') }}
),

counted_organizations as (
    select * from {{ ref('counted_organizations') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

counted_observations as (
    select
        observations.metric_period_id,
        counted_organizations.contributor_id,
        observations.organization_id,
        observations.site_id,
        observations.value,
        observations.aggregation = 'latest' as takes_latest,
        observations.data_quality,
        observations.is_verified,
        observations.reported_at,
        observations.batch_id,
        observations.file_row
    from observations
    {% if is_incremental() %}
        inner join changed_metric_periods
            on
                observations.metric_name = changed_metric_periods.metric_name
                and observations.period = changed_metric_periods.period
    {% endif %}
    inner join counted_organizations
        on
            observations.organization_id = counted_organizations.organization_id
            and observations.data_category = counted_organizations.data_category
    where observations.rejection_reason is null
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
    order by
        metric_period_id, contributor_id, organization_id, site_id,
        is_verified desc, reported_at desc, batch_id desc, file_row desc
),

by_contributor as (
    select
        metric_period_id,
        contributor_id,
        sum(value) as value_sum,
        count(*) as version_count,
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
        when 'mean' then by_contributor.value_sum / by_contributor.version_count
        when 'latest' then by_contributor.latest_value
    end as value,
    by_contributor.data_quality
from by_contributor
inner join metric_periods on by_contributor.metric_period_id = metric_periods.metric_period_id
