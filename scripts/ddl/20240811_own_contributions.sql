-- What is counted of a member stands in dbt's private schemas, beside that of all others. Through this function a
-- session of blipee_member reads its own part, with the owner's rights and nothing to choose. Of a group nobody reads
-- anything: what is counted is the sum, from which one who knows its own value could tell the others'.
create function public.blipee_own_contributions()
returns table (cell_type text, cell_key text, metric_name text, period text, value double precision)
language plpgsql stable security definer set search_path = ''
as $$
declare
    own uuid := public.blipee_organization_id();
begin
    if not exists (
        select from last_build.counted_organizations as counted where counted.organization_id = own
    ) or exists (
        select from last_build.counted_organizations as counted
        where counted.contributor_id = own and counted.organization_id <> own
    ) or exists (
        select from public.network_edges as edges
        inner join public.network_nodes as nodes on nodes.id in (edges.source_node_id, edges.target_node_id)
        where edges.edge_type = 'subsidiary_of' and nodes.organization_id = own
    ) then
        return;
    end if;

    return query
    select
        cells.cell_type,
        cells.cell_key,
        contributions.metric_name,
        contributions.period,
        contributions.value
    from contributions.contributions
    inner join last_build.cell_members as cells on contributions.contributor_id = cells.contributor_id
    where
        contributions.contributor_id = own
        and contributions.value is not null
        and cells.cell_type in ('network', 'industry', 'peer_group');
end
$$;

revoke all on function public.blipee_own_contributions() from public;
grant execute on function public.blipee_own_contributions() to blipee_member;
