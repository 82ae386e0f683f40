-- The prerequisites. A platform's own tables of these names have more columns than the bootstrap's, and stay without
-- row security, which would lock the platform's roles out. The writer reads the identifiers of either: an organisation
-- that it does not see is not counted. What may not be granted here (a warning says so), its owner has to grant.
do $$
declare
    prerequisite record;
begin
    for prerequisite in
        select
            made.relation,
            made.organization,
            string_agg(attname, ', ' order by attnum) filter (where attname in ('id', 'name')) as identifiers,
            pg_has_role(relowner, 'usage') as is_owned,
            array_agg(attname || ' ' || format_type(atttypid, null) order by attnum) = made.columns as is_ours
        from (
            values
            (
                'public.organizations'::regclass, 'id',
                array['id uuid', 'name text',
                    'created_at timestamp with time zone', 'updated_at timestamp with time zone']
            ),
            (
                'public.autonomous_agents', 'organization_id',
                array['id uuid', 'organization_id uuid', 'name text',
                    'created_at timestamp with time zone', 'updated_at timestamp with time zone']
            ),
            ('auth.users', null, array['id uuid'])
        ) as made (relation, organization, columns)
        inner join pg_class on made.relation = pg_class.oid
        inner join pg_attribute on pg_class.oid = pg_attribute.attrelid
        where attnum > 0 and not attisdropped
        group by made.relation, made.organization, made.columns, relowner
    loop
        begin
            execute format('grant usage on schema %s to blipee_writer', (
                select relnamespace::regnamespace from pg_class where oid = prerequisite.relation
            ));
            execute format('grant select (%s) on %s to blipee_writer', prerequisite.identifiers, prerequisite.relation);
        exception
            when insufficient_privilege then
                raise warning 'blipee_writer may not read %: let its owner run: grant select (%) on % to blipee_writer',
                    prerequisite.relation, prerequisite.identifiers, prerequisite.relation;
        end;
        continue when not prerequisite.is_owned;
        execute format(
            'create policy blipee_writer on %s for select to blipee_writer using (true)', prerequisite.relation
        );
        continue when not prerequisite.is_ours;
        execute format('alter table %s enable row level security', prerequisite.relation);
        continue when prerequisite.organization is null;
        execute format('grant select on %s to blipee_member', prerequisite.relation);
        execute format(
            'create policy blipee_member on %s for select to blipee_member'
            ' using (%I = (select public.blipee_organization_id()))',
            prerequisite.relation, prerequisite.organization
        );
    end loop;
end
$$;
