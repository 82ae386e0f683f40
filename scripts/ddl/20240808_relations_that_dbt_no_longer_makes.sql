-- They stand in last_build now; the views that read them are made again by the next build.
do $$
declare
    relation regclass;
begin
    foreach relation in array array[
        to_regclass('contributions.counted_organizations'), to_regclass('contributions.cell_members')
    ] loop
        continue when relation is null;
        execute format('drop table %s cascade', relation);
    end loop;
end
$$;
