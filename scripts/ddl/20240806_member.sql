-- Whose rows a session of blipee_member is about: the setting blipee.organization_id or, where it is not set, the claim
-- organization_id of Supabase's signed token, at its top level or in app_metadata (user_metadata is the user's own to
-- write). Whatever is missing or cannot be read is nobody: no row, and no error that would quote it.
create function public.blipee_organization_id() returns uuid
language plpgsql stable set search_path = ''
as $$
declare
    claims jsonb;
begin
    if current_setting('blipee.organization_id', true) <> '' then
        return current_setting('blipee.organization_id')::uuid;
    end if;
    claims := nullif(current_setting('request.jwt.claims', true), '');
    return coalesce(claims ->> 'organization_id', claims -> 'app_metadata' ->> 'organization_id')::uuid;
exception
    when others then return null;
end
$$;

-- In a policy it stands as (select blipee_organization_id()), which is asked once a query and leaves indexes usable.
-- A reference to a row of somebody else is refused by a policy before the foreign key is looked at: whether such a row
-- exists, no error tells.

-- Its own rows, to read and to write; but created_by, which could be anybody, is the platform's to fill.
grant select, insert, update, delete on
ml_features, ml_predictions, ml_training_jobs, ml_model_performance,
organization_industries, network_privacy_settings, network_supplier_assessments, network_data_marketplace,
regulatory_compliance
to blipee_member;
grant select, delete, insert (
    id, organization_id, model_type, model_name, version, status, framework, architecture, hyperparameters,
    performance_metrics, training_data_info
), update (
    model_type, model_name, version, status, framework, architecture, hyperparameters,
    performance_metrics, training_data_info
) on ml_models to blipee_member;

create policy blipee_member on ml_models to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on ml_features to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on ml_predictions to blipee_member
using (organization_id = (select public.blipee_organization_id()))
with check (
    organization_id = (select public.blipee_organization_id())
    and model_id = any(array(
        select ml_models.id from ml_models
        where ml_models.organization_id = (select public.blipee_organization_id())
    ))
);

create policy blipee_member on ml_training_jobs to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on ml_model_performance to blipee_member
using (organization_id = (select public.blipee_organization_id()))
with check (
    organization_id = (select public.blipee_organization_id())
    and model_id = any(array(
        select ml_models.id from ml_models
        where ml_models.organization_id = (select public.blipee_organization_id())
    ))
);

create policy blipee_member on organization_industries to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on network_privacy_settings to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on regulatory_compliance to blipee_member
using (organization_id = (select public.blipee_organization_id()));

-- A node is never deleted, and keeps its id: that would fail where another member has assessed it, and so tell.
-- Its score is not the member's to give.
grant select, insert (
    id, organization_id, external_id, node_type, node_name, industry, location, certifications,
    data_sharing_level, metadata
), update (
    external_id, node_name, industry, location, certifications, data_sharing_level, metadata
) on network_nodes to blipee_member;

create policy blipee_member on network_nodes for select to blipee_member
using (organization_id = (select public.blipee_organization_id()));
create policy blipee_member_inserts on network_nodes for insert to blipee_member
with check (organization_id = (select public.blipee_organization_id()));
create policy blipee_member_updates on network_nodes for update to blipee_member
using (organization_id = (select public.blipee_organization_id()));

-- Both ends of an edge see it; neither writes it alone, since whoever calls itself a subsidiary is counted with the
-- other.
grant select on network_edges to blipee_member;

create policy blipee_member on network_edges for select to blipee_member
using (
    source_node_id = any(array(
        select network_nodes.id from network_nodes
        where network_nodes.organization_id = (select public.blipee_organization_id())
    ))
    or target_node_id = any(array(
        select network_nodes.id from network_nodes
        where network_nodes.organization_id = (select public.blipee_organization_id())
    ))
);

-- Whoever asks assesses a node to which an edge leads; the supplier does not see it.
create policy blipee_member on network_supplier_assessments to blipee_member
using (requester_org_id = (select public.blipee_organization_id()))
with check (
    requester_org_id = (select public.blipee_organization_id())
    and supplier_node_id in (
        select unnest(array[network_edges.source_node_id, network_edges.target_node_id]) from network_edges
    )
);

-- Everybody reads an open listing, its provider writes it.
create policy blipee_member on network_data_marketplace to blipee_member
using (provider_org_id = (select public.blipee_organization_id()));
create policy blipee_member_reads on network_data_marketplace for select to blipee_member
using (expires_at is null or expires_at > now());

-- The platform makes these, a member reads: exchanges as buyer or provider; its own memberships, never whoever else is
-- a member, and the groups that these lead to, without the count that would show others come and go.
grant select on
network_data_exchanges, network_peer_group_members, network_consortium_members, agent_ml_requests
to blipee_member;
grant select (id, group_name, industry, criteria, created_at) on network_peer_groups to blipee_member;
grant select (id, consortium_name, industry, charter, governance, created_at) on network_consortiums to blipee_member;

create policy blipee_member on network_data_exchanges for select to blipee_member
using (
    buyer_org_id = (select public.blipee_organization_id())
    or listing_id = any(array(
        select network_data_marketplace.id from network_data_marketplace
        where network_data_marketplace.provider_org_id = (select public.blipee_organization_id())
    ))
);

create policy blipee_member on network_peer_group_members for select to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on network_consortium_members for select to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on agent_ml_requests for select to blipee_member
using (organization_id = (select public.blipee_organization_id()));

create policy blipee_member on network_intelligence_cache for select to blipee_member
using (organization_id = (select public.blipee_organization_id()) and expires_at > now());

create policy blipee_member on network_peer_groups for select to blipee_member
using (id = any(array(
    select network_peer_group_members.peer_group_id from network_peer_group_members
    where network_peer_group_members.organization_id = (select public.blipee_organization_id())
)));

create policy blipee_member on network_consortiums for select to blipee_member
using (id = any(array(
    select network_consortium_members.consortium_id from network_consortium_members
    where network_consortium_members.organization_id = (select public.blipee_organization_id())
)));
