-- What dbt writes as blipee_writer: the three published tables, the catalogue, and what a build remembers for the next.
-- The other documented tables it reads: its models some, its tests all.
grant select on
ml_models, ml_features, ml_predictions, ml_training_jobs, ml_model_performance,
organization_industries, network_nodes, network_edges, network_privacy_settings, network_peer_groups,
network_peer_group_members, network_supplier_assessments, network_data_marketplace, network_data_exchanges,
network_consortiums, network_consortium_members, agent_ml_requests, regulatory_compliance
to blipee_writer;
grant select, insert, update on gri_standards, industry_models to blipee_writer;
grant select, insert, update, delete on industry_benchmarks, network_benchmarks, network_intelligence_cache
to blipee_writer;

grant select on raw.batches, raw.metric_observations, raw.observed_series, raw.metrics to blipee_writer;
grant select, insert, update, delete on
last_build.counted_organizations, last_build.cell_members, last_build.metric_periods
to blipee_writer;
-- Nothing in the ledger is ever changed or forgotten.
grant select, insert on ledger.contributors, ledger.ownership, ledger.releases, ledger.withdrawn_releases
to blipee_writer;

-- Only an owner may ANALYZE (the privilege MAINTAIN came with PostgreSQL 17); without it a build is planned blindly.
create function ledger.refresh_statistics() returns void
language plpgsql security definer set search_path = ''
as $$
begin
    analyze last_build.counted_organizations;
    analyze last_build.cell_members;
    analyze ledger.releases;
end
$$;
revoke all on function ledger.refresh_statistics() from public;
grant execute on function ledger.refresh_statistics() to blipee_writer;
