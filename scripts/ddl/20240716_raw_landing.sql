-- Where scripts.load puts what has no documented table: observations, metric definitions, and every line that it
-- could not read.
create schema if not exists raw;

create table raw.batches (
    batch_id bigint generated always as identity primary key,
    source text not null,
    loaded_at timestamptz not null default now(),
    rows_read bigint not null,
    rows_accepted bigint not null,
    rows_rejected bigint not null,
    check (rows_accepted + rows_rejected = rows_read)
);

-- Append-only: a value loaded again with another value is one more row, and staging decides which one holds.
-- No foreign key to organizations: an observation may arrive before its organisation, and the check costs a third of
-- a load.
create table raw.metric_observations (
    batch_id bigint not null,
    file_row bigint not null,
    organization_id uuid not null,
    metric_name text not null,
    period text not null,
    value double precision not null,
    unit text not null,
    site_id text,
    data_quality double precision,
    verification_status text,
    reported_at timestamptz
);

-- Lets a build read the metrics and periods that changed instead of all that is stored.
create index metric_observations_metric_name_period on raw.metric_observations (metric_name, period);

-- One row per spelling of metric, period and unit, with the last batch that brought one: how a build learns what
-- changed.
-- An observation whose spelling is not listed here is not counted.
create table raw.observed_series (
    metric_name text not null,
    period text not null,
    unit text not null,
    last_batch_id bigint not null,
    primary key (metric_name, period, unit)
);

create table raw.metrics (
    metric_name text primary key,
    category text not null,
    unit text not null,
    metric_type text,
    direction text,
    aggregation text,
    allow_negative boolean,
    component_of text
);

create table raw.rejected_rows (
    batch_id bigint not null,
    source text not null,
    file text not null,
    line bigint not null,
    column_name text,
    reason text not null,
    row_text text
);

-- The same bad line loaded twice is kept once; the digest because a line may be longer than an index entry.
create unique index rejected_rows_one_row_per_finding
on raw.rejected_rows (source, file, line, coalesce(column_name, ''), reason, md5(coalesce(row_text, '')));
