-- The prerequisites. A platform's own tables of these names have more columns than the bootstrap's, and stay without
-- row security, which would lock the platform's roles out. The writer reads the identifiers of either: an organisation
-- that it does not see is not counted. What somebody else owns, they have to grant to it.
do $$
declare
    prerequisite record;
begin
    for prerequisite in
        select
            attrelid::regclass as relation,
            string_agg(attname, ', ' order by attnum) filter (where attname in ('id', 'name')) as identifiers,
            array_agg(attname || ' ' || format_type(atttypid, null) order by attnum) = made.columns as is_ours,
            made.organization
        from pg_attribute
        inner join pg_class on pg_attribute.attrelid = pg_class.oid
        inner join (
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
        ) as made (relation, organization, columns) on pg_attribute.attrelid = made.relation
        where attnum > 0 and not attisdropped and pg_has_role(relowner, 'usage')
        group by attrelid, made.organization, made.columns
    loop
        continue when prerequisite.relation = 'auth.users'::regclass and not prerequisite.is_ours;
        execute format('grant select (%s) on %s to blipee_writer', prerequisite.identifiers, prerequisite.relation);
        execute format(
            'create policy blipee_writer on %s for select to blipee_writer using (true)', prerequisite.relation
        );
        continue when not prerequisite.is_ours;
        execute format('alter table %s enable row level security', prerequisite.relation);
        if prerequisite.organization is null then
            grant usage on schema auth to blipee_writer;
            continue;
        end if;
        execute format('grant select on %s to blipee_member', prerequisite.relation);
        execute format(
            'create policy blipee_member on %s for select to blipee_member'
            ' using (%I = (select public.blipee_organization_id()))',
            prerequisite.relation, prerequisite.organization
        );
    end loop;
end
$$;
