-- updated_at says when a row last changed, also where the statement that changed it did not think of it. A row written
-- again as it was keeps its updated_at, and whoever sets updated_at knows better.
-- `*<>` compares whole rows whatever their columns' types, those included that the platform added; <> knows no json.
create function bootstrap.keep_updated_at() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new *<> old and new.updated_at = old.updated_at then
        new.updated_at := now();
    end if;
    return new;
end
$$;

create trigger ml_models_updated_at
before update on ml_models
for each row execute function bootstrap.keep_updated_at();
comment on trigger ml_models_updated_at on ml_models is
'A changed row gets the time of its change, unless the statement sets one.';

create trigger industry_models_updated_at
before update on industry_models
for each row execute function bootstrap.keep_updated_at();
comment on trigger industry_models_updated_at on industry_models is
'A changed row gets the time of its change, unless the statement sets one.';

create trigger organization_industries_updated_at
before update on organization_industries
for each row execute function bootstrap.keep_updated_at();
comment on trigger organization_industries_updated_at on organization_industries is
'A changed row gets the time of its change, unless the statement sets one.';

create trigger network_nodes_updated_at
before update on network_nodes
for each row execute function bootstrap.keep_updated_at();
comment on trigger network_nodes_updated_at on network_nodes is
'A changed row gets the time of its change, unless the statement sets one.';

create trigger network_edges_updated_at
before update on network_edges
for each row execute function bootstrap.keep_updated_at();
comment on trigger network_edges_updated_at on network_edges is
'A changed row gets the time of its change, unless the statement sets one.';

create trigger network_privacy_settings_updated_at
before update on network_privacy_settings
for each row execute function bootstrap.keep_updated_at();
comment on trigger network_privacy_settings_updated_at on network_privacy_settings is
'A changed row gets the time of its change, unless the statement sets one.';
