with

reported_series as (
    select * from {{ ref('reported_series') }}
),

gri_series as (
    select * from {{ ref('gri_series') }}
),

-- What had no fault, or none but that its series meant nothing yet.
reported as (
    select
        reported_series.organization_id,
        good.series_id
    from reported_series
    cross join lateral unnest(reported_series.series_ids) as good (series_id)
    union
    select
        reported_series.organization_id,
        faulty.series_id
    from reported_series
    cross join lateral unnest(reported_series.faulty_series_ids, reported_series.faults) as faulty (series_id, fault)
    where faulty.fault = 'series'
)

select
    reported.organization_id,
    gri_series.gri_disclosure,
    gri_series.period,
    count(distinct gri_series.metric_name) as metric_count
from reported
inner join gri_series on reported.series_id = gri_series.series_id
group by reported.organization_id, gri_series.gri_disclosure, gri_series.period
