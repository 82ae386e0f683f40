-- Of which series an organisation gave values, load by load, so that neither a member's GRI coverage nor the outcome of
-- loads costs a look at every observation there is. Written by dbt from what is new since the last build; what a series
-- means is looked up when somebody reads, so that a metric added to the catalogue later counts.
alter table raw.observed_series add column series_id integer generated always as identity unique;

-- Finds what a load brought, by megabytes, without a word in every row.
create index metric_observations_batch_id on raw.metric_observations using brin (batch_id);

-- In marts, because members may enter no schema but that and public.
create table marts.reported_series (
    organization_id uuid not null,
    batch_id bigint not null,
    series_ids integer[] not null,
    faulty_series_ids integer[],
    faults text[],
    primary key (organization_id, batch_id)
);
create index reported_series_batch_id on marts.reported_series (batch_id);
create index reported_series_with_faults on marts.reported_series (batch_id) where faults is not null;

create table marts.gri_series (
    series_id integer primary key,
    metric_name text not null,
    period text not null,
    gri_disclosure text not null
);

alter table marts.reported_series enable row level security;
alter table marts.gri_series enable row level security;
create policy blipee_writer on marts.reported_series to blipee_writer using (true);
create policy blipee_writer on marts.gri_series to blipee_writer using (true);
grant select, insert on marts.reported_series to blipee_writer;
grant select, insert, update, delete on marts.gri_series to blipee_writer;

-- A member sees what it reported itself, and no series that only others report.
grant select on marts.reported_series, marts.gri_series to blipee_member;
create policy blipee_member on marts.reported_series for select to blipee_member
using (organization_id = (select public.blipee_organization_id()));
create policy blipee_member on marts.gri_series for select to blipee_member
using (series_id = any(array(
    select unnest(reported_series.series_ids || reported_series.faulty_series_ids) from marts.reported_series
    where reported_series.organization_id = (select public.blipee_organization_id())
)));
