-- Who may do what, besides the owner, who bootstraps and loads.
--   blipee_writer   dbt builds as it: it owns what dbt makes in dbt's schemas, and nothing that the bootstrap makes
--   blipee_analyst  reads the marts and the published tables
--   blipee_member   an application on behalf of one member: its own organisation's rows, and what is published
-- Nobody logs in as one of these; logins are granted them. They are the server's: the databases on it share them, and
-- whichever is bootstrapped first makes them.
do $$
declare
    needed name;
begin
    foreach needed in array array['blipee_writer', 'blipee_analyst', 'blipee_member'] loop
        if to_regrole(needed) is null then
            begin
                execute format('create role %I nologin', needed);
            exception
                when duplicate_object or unique_violation then null; -- another database's bootstrap was quicker
            end;
        end if;
    end loop;

    -- The owner reads what dbt makes, and hands it over. PostgreSQL 16 does not let the maker of a role use it unasked.
    if not pg_has_role('blipee_writer', 'usage') then
        grant blipee_writer to current_user;
    end if;
exception
    when insufficient_privilege then
        raise exception using
            errcode = 'invalid_role_specification',
            message = format(
                '%I may not make the roles blipee_writer, blipee_analyst and blipee_member, or is no member of the first;'
                ' let an administrator run: %sgrant blipee_writer to %1$I',
                current_user,
                (
                    select string_agg(format('create role %I; ', missing), '')
                    from unnest(array['blipee_writer', 'blipee_analyst', 'blipee_member']) as missing
                    where to_regrole(missing) is null
                )
            );
end
$$;

-- dbt's own schemas. Who may not enter a schema reads nothing in it, whatever dbt makes there anew at each build.
create schema if not exists staging;
create schema if not exists contributions;
create schema if not exists disclosure;
create schema if not exists reference;
create schema if not exists marts;
grant usage, create on schema staging, contributions, disclosure, reference, marts to blipee_writer;
grant usage on schema raw, last_build, ledger to blipee_writer;
grant usage on schema public to blipee_writer, blipee_analyst, blipee_member;
grant usage on schema marts to blipee_analyst, blipee_member;

-- What the owner built before there was a writer, dbt now replaces as the writer.
do $$
declare
    built regclass;
begin
    for built in
        select pg_class.oid
        from (
            values
            ('staging', '{rejected_observations, stg_industries, stg_metrics, stg_network_edges, stg_network_nodes,
                stg_network_privacy_settings, stg_observations, stg_organization_industries, stg_organizations,
                stg_peer_group_members, stg_peer_groups, stg_series}'::name []),
            ('contributions', '{changed_contributors, changed_metric_periods, contributions, counted_observations,
                metric_periods, ownership}'),
            ('disclosure', '{cell_populations, cells, primary_suppression, releases}'),
            ('reference', '{gri_sector_standards, gri_sector_topics, industry_catalogue, metric_catalogue,
                unit_conversions}'),
            ('marts', '{benchmarks}')
        ) as made (schema_name, relations)
        inner join pg_class
            on made.schema_name::regnamespace = pg_class.relnamespace and pg_class.relname = any(made.relations)
        where pg_class.relkind in ('r', 'v')
    loop
        execute format('alter table %s owner to blipee_writer', built);
    end loop;
end
$$;
