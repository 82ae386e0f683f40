-- What the documented tables refer to. A platform has these already: then they are used and left alone,
-- whatever else they hold.
do $$
begin
    if not exists (select from pg_proc where proname = 'uuid_generate_v4' and pronargs = 0) then
        if not exists (select from pg_available_extensions where name = 'uuid-ossp') then
            create function public.uuid_generate_v4() returns uuid
            language sql volatile parallel safe
            as 'select gen_random_uuid()';
        elsif to_regnamespace('extensions') is not null then
            create extension "uuid-ossp" with schema extensions;
        else
            create extension "uuid-ossp" with schema public;
        end if;
    end if;

    if to_regclass('public.organizations') is null then
        create table public.organizations (
            id uuid primary key default gen_random_uuid(),
            name text not null,
            created_at timestamptz not null default now(),
            updated_at timestamptz not null default now()
        );
    end if;

    if to_regnamespace('auth') is null then
        create schema auth;
    end if;

    if to_regclass('auth.users') is null then
        create table auth.users (
            id uuid primary key default gen_random_uuid()
        );
    end if;

    if to_regclass('public.autonomous_agents') is null then
        create table public.autonomous_agents (
            id uuid primary key default gen_random_uuid(),
            organization_id uuid not null references public.organizations (id) on delete cascade,
            name text not null,
            created_at timestamptz not null default now(),
            updated_at timestamptz not null default now()
        );
    end if;
end
$$;
