-- Row security on every table of ours, also where no organisation stands in it: Supabase grants every new table in
-- public to everybody. Whoever neither owns a table nor bypasses row security sees what a policy lets them see.
-- The writer sees all, and is under row security all the same: then no error of PostgreSQL quotes a row to it.
do $$
declare
    secured regclass;
begin
    foreach secured in array array[
        'ml_models', 'ml_features', 'ml_predictions', 'ml_training_jobs', 'ml_model_performance',
        'gri_standards', 'industry_models', 'organization_industries', 'industry_benchmarks',
        'network_nodes', 'network_edges', 'network_privacy_settings', 'network_peer_groups',
        'network_peer_group_members', 'network_benchmarks', 'network_supplier_assessments',
        'network_data_marketplace', 'network_data_exchanges', 'network_consortiums', 'network_consortium_members',
        'agent_ml_requests', 'network_intelligence_cache', 'regulatory_compliance',
        'raw.batches', 'raw.metric_observations', 'raw.observed_series', 'raw.metrics', 'raw.rejected_rows',
        'last_build.counted_organizations', 'last_build.cell_members', 'last_build.metric_periods',
        'ledger.contributors', 'ledger.ownership', 'ledger.releases', 'ledger.withdrawn_releases'
    ]::regclass [] loop
        execute format('alter table %s enable row level security', secured);
        execute format('create policy blipee_writer on %s to blipee_writer using (true)', secured);
    end loop;
end
$$;
