-- Each table is analysed when something was written to it, not whenever one of them was.
drop function if exists ledger.refresh_statistics();

create function ledger.refresh_statistics(written regclass) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    -- Also NULL, of which ANALYZE would make all tables.
    if (written in ('last_build.counted_organizations', 'last_build.cell_members', 'ledger.releases')) is not true then
        raise exception 'statistics are refreshed of the tables that a build adds to, and % is none of them', written;
    end if;
    execute format('analyze %s', written);
end
$$;
revoke all on function ledger.refresh_statistics(regclass) from public;
grant execute on function ledger.refresh_statistics(regclass) to blipee_writer;
