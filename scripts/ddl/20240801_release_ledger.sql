-- What was shown when, and from whom: what every later release is judged against. Private, and append-only for the
-- role that builds, so that no build can forget what an attacker may remember.
create schema if not exists ledger;

-- Short numbers, because a release names every one of its contributors.
create table ledger.contributors (
    contributor_number integer generated always as identity primary key,
    contributor_id uuid not null unique
);

-- For whom an organisation was ever counted: it may be sold, and withdraw afterwards.
create table ledger.ownership (
    organization_id uuid not null,
    contributor_number integer not null references ledger.contributors (contributor_number),
    primary key (organization_id, contributor_number)
);

create table ledger.releases (
    release_id bigint generated always as identity primary key,
    cell_type text not null,
    cell_key text not null,
    metric_name text not null,
    period text not null,
    contributor_count integer not null,
    -- By number; beside each its value's digest, by which a restatement shows.
    contributors integer[] not null,
    value_digests integer[] not null,
    figures jsonb not null,
    data_quality double precision,
    -- Figure by figure, the rule that withheld it.
    withheld_by jsonb not null,
    thresholds jsonb not null,
    released_at timestamptz not null
);

create index releases_metric_name_period on ledger.releases (metric_name, period);

-- Arrays of numbers do not compress: trying to would cost more than writing them.
alter table ledger.releases alter column contributors set storage external;
alter table ledger.releases alter column value_digests set storage external;

-- Releases with a contributor whose consent ended since: never shown again.
create table ledger.withdrawn_releases (
    release_id bigint primary key references ledger.releases (release_id),
    withdrawn_at timestamptz not null
);
