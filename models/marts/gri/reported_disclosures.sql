with

reported_series as (
    select * from {{ ref('reported_series') }}
),

gri_series as (
    select * from {{ ref('gri_series') }}
)

select
    reported_series.organization_id,
    gri_series.gri_disclosure,
    gri_series.period,
    count(distinct gri_series.metric_name) as metric_count
from reported_series
cross join lateral unnest(reported_series.series_ids) as reported (series_id)
inner join gri_series on reported.series_id = gri_series.series_id
where reported_series.fault in ('', 'series')
group by reported_series.organization_id, gri_series.gri_disclosure, gri_series.period
