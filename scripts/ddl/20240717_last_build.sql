-- What the last complete build has consumed. The next one compares its inputs with these rows to learn which metrics
-- and periods changed; dbt writes them at the very end, so that a build that failed half-way is simply repeated.
-- dbt makes the schemas of its models before anything else, also where it is then told to run the bootstrap first.
create schema if not exists last_build;

create table last_build.counted_organizations (
    organization_id uuid not null,
    data_category text not null,
    contributor_id uuid not null,
    primary key (organization_id, data_category)
);

create table last_build.cell_members (
    contributor_id uuid not null,
    cell_type text not null,
    cell_key text not null,
    primary key (contributor_id, cell_type, cell_key)
);

create table last_build.metric_periods (
    metric_name text not null,
    period text not null,
    inputs_digest text not null,
    primary key (metric_name, period)
);
