-- They stand in last_build now; the views that read them are made again by the next build.
drop table if exists contributions.counted_organizations cascade;
drop table if exists contributions.cell_members cascade;
