-- Without an index on the referring column, removing a row that is referred to scans the whole table, and so does a
-- join from there. The other 6 of the 30 foreign keys lead a UNIQUE constraint.
-- An index of the same name that the platform has already is kept, and the bootstrap says so.

create index if not exists ml_features_organization_id_idx
on ml_features (organization_id);

create index if not exists ml_models_created_by_idx
on ml_models (created_by);

create index if not exists ml_predictions_organization_id_idx
on ml_predictions (organization_id);

create index if not exists ml_predictions_model_id_idx
on ml_predictions (model_id);

create index if not exists ml_training_jobs_organization_id_idx
on ml_training_jobs (organization_id);

create index if not exists ml_model_performance_model_id_idx
on ml_model_performance (model_id);

create index if not exists ml_model_performance_organization_id_idx
on ml_model_performance (organization_id);

create index if not exists industry_models_gri_standard_idx
on industry_models (gri_standard);

create index if not exists organization_industries_organization_id_idx
on organization_industries (organization_id);

create index if not exists organization_industries_primary_industry_idx
on organization_industries (primary_industry);

create index if not exists network_nodes_organization_id_idx
on network_nodes (organization_id);

create index if not exists network_edges_target_node_id_idx
on network_edges (target_node_id);

create index if not exists network_peer_group_members_organization_id_idx
on network_peer_group_members (organization_id);

create index if not exists network_supplier_assessments_requester_org_id_idx
on network_supplier_assessments (requester_org_id);

create index if not exists network_supplier_assessments_supplier_node_id_idx
on network_supplier_assessments (supplier_node_id);

create index if not exists network_data_marketplace_provider_org_id_idx
on network_data_marketplace (provider_org_id);

create index if not exists network_data_exchanges_listing_id_idx
on network_data_exchanges (listing_id);

create index if not exists network_data_exchanges_buyer_org_id_idx
on network_data_exchanges (buyer_org_id);

create index if not exists network_consortium_members_organization_id_idx
on network_consortium_members (organization_id);

create index if not exists agent_ml_requests_agent_id_idx
on agent_ml_requests (agent_id);

create index if not exists agent_ml_requests_model_id_idx
on agent_ml_requests (model_id);

create index if not exists agent_ml_requests_organization_id_idx
on agent_ml_requests (organization_id);

create index if not exists network_intelligence_cache_organization_id_idx
on network_intelligence_cache (organization_id);

create index if not exists regulatory_compliance_organization_id_idx
on regulatory_compliance (organization_id);
