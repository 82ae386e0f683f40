-- A load pays for each index with every row, one of blocks too: two of them took a tenth of the COPY. Such an index
-- finds any of its columns as well as the first, so one serves who looks for a metric and who looks for a load.
drop index if exists raw.metric_observations_period_metric_name;
drop index if exists raw.metric_observations_batch_id;

create index metric_observations_blocks
on raw.metric_observations using brin (batch_id, period, metric_name);
