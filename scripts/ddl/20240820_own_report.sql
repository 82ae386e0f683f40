-- A member of a group sees where it stands, too: with what it reported itself, never with what the group or another of
-- it did, beside its own industry and its own peer groups. Whoever may not be counted stands nowhere.
-- One pass over the observations: PostgreSQL, expecting little of a consent, would look through them once a series.
-- What it may not do has an endless cost before PostgreSQL 18, for which it would compile every expression.
create or replace function public.blipee_own_contributions()
returns table (cell_type text, cell_key text, metric_name text, period text, value double precision)
language plpgsql stable security definer set search_path = '' set enable_nestloop = off set jit = off
as $$
declare
    own uuid := public.blipee_organization_id();
begin
    return query
    select
        cells.cell_type,
        cells.cell_key,
        reported.metric_name,
        reported.period,
        reported.value
    from contributions.organization_values as reported
    inner join contributions.organization_cells as cells on reported.organization_id = cells.organization_id
    where reported.organization_id = own and reported.value is not null;
end
$$;
