-- One row per organisation instead of one per organisation and category: a sixth of the rows to compare and to join.
-- What it held is not worth keeping: the next build finds everybody newly counted and works everything out once more.
drop table last_build.counted_organizations;

create table last_build.counted_organizations (
    organization_id uuid primary key,
    data_categories text[] not null,
    contributor_id uuid not null
);

-- The number by which the ledger of releases names a contributor; a table of the last build, which is filled anew.
truncate last_build.cell_members;
alter table last_build.cell_members add column contributor_number integer not null;
