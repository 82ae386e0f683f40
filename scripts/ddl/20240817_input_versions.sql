-- Which versions of whose rows the last complete build found in the tables that say who is counted, and where. Whoever
-- empties another table of this schema empties this one too, or the next build would not look whom it misses.
create table last_build.input_versions (
    input_name text primary key,
    versions text not null
);

alter table last_build.input_versions enable row level security;
create policy blipee_writer on last_build.input_versions to blipee_writer using (true);
grant select, insert, update, delete on last_build.input_versions to blipee_writer;
