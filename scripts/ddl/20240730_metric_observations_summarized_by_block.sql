-- The index of single rows took as long as the rows themselves to load. Observations arrive period by period, so a
-- summary of each megabyte finds those of a metric and period nearly as well, and costs next to nothing.
drop index if exists raw.metric_observations_metric_name_period;

create index metric_observations_period_metric_name
on raw.metric_observations using brin (period, metric_name);
