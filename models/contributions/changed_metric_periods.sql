{{ config(post_hook=['analyze {{ this }}', '{{ mark_unfinished(this) }}']) }}

with

metric_periods as (
    select * from {{ ref('metric_periods') }}
),

metric_periods_before as (
    select * from {{ source('last_build', 'metric_periods') }}
),

observations as (
    select * from {{ ref('stg_observations') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
),

eligible as (
    select * from {{ ref('eligible_organizations') }}
),

counted_before as (
    select * from {{ source('last_build', 'counted_organizations') }}
),

changed_inputs as (
    select
        coalesce(metric_periods.metric_name, metric_periods_before.metric_name) as metric_name,
        coalesce(metric_periods.period, metric_periods_before.period) as period
    from metric_periods
    full outer join metric_periods_before
        on
            metric_periods.metric_name = metric_periods_before.metric_name
            and metric_periods.period = metric_periods_before.period
    where metric_periods.inputs_digest is distinct from metric_periods_before.inputs_digest
),

changed_organizations as (
    select eligible.organization_id from eligible
    inner join changed_contributors on eligible.contributor_id = changed_contributors.contributor_id
    union
    select counted_before.organization_id from counted_before
    inner join changed_contributors on counted_before.contributor_id = changed_contributors.contributor_id
),

-- Looks through the observations only when somebody changed; in a first build every metric and period is new anyway.
reported_by_changed_organizations as (
    select distinct
        metric_name,
        period
    from observations
    where
        rejection_reason is null
        and organization_id in (select changed_organizations.organization_id from changed_organizations)
        and exists (select from changed_contributors)
        and exists (select from metric_periods_before)
)

select * from changed_inputs
union
select * from reported_by_changed_organizations
