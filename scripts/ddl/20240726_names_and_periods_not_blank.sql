-- NOT NULL lets '' and ' ' pass, which name nothing and no time.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table ml_models add constraint ml_models_model_name_not_blank
check (model_name ~ '\S') not valid;
comment on constraint ml_models_model_name_not_blank on ml_models is
'A name has at least one character that can be seen.';

alter table industry_models add constraint industry_models_industry_name_not_blank
check (industry_name ~ '\S') not valid;
comment on constraint industry_models_industry_name_not_blank on industry_models is
'A name has at least one character that can be seen.';

alter table industry_benchmarks add constraint industry_benchmarks_metric_name_not_blank
check (metric_name ~ '\S') not valid;
comment on constraint industry_benchmarks_metric_name_not_blank on industry_benchmarks is
'A name has at least one character that can be seen.';

alter table industry_benchmarks add constraint industry_benchmarks_period_not_blank
check (period ~ '\S') not valid;
comment on constraint industry_benchmarks_period_not_blank on industry_benchmarks is
'A period says when.';

alter table network_nodes add constraint network_nodes_node_name_not_blank
check (node_name ~ '\S') not valid;
comment on constraint network_nodes_node_name_not_blank on network_nodes is
'A name has at least one character that can be seen.';

alter table network_peer_groups add constraint network_peer_groups_group_name_not_blank
check (group_name ~ '\S') not valid;
comment on constraint network_peer_groups_group_name_not_blank on network_peer_groups is
'A name has at least one character that can be seen.';

alter table network_benchmarks add constraint network_benchmarks_metric_name_not_blank
check (metric_name ~ '\S') not valid;
comment on constraint network_benchmarks_metric_name_not_blank on network_benchmarks is
'A name has at least one character that can be seen.';

alter table network_benchmarks add constraint network_benchmarks_period_not_blank
check (period ~ '\S') not valid;
comment on constraint network_benchmarks_period_not_blank on network_benchmarks is
'A period says when.';

alter table network_data_marketplace add constraint network_data_marketplace_dataset_name_not_blank
check (dataset_name ~ '\S') not valid;
comment on constraint network_data_marketplace_dataset_name_not_blank on network_data_marketplace is
'A name has at least one character that can be seen.';

alter table network_data_marketplace add constraint network_data_marketplace_data_period_not_blank
check (data_period ~ '\S') not valid;
comment on constraint network_data_marketplace_data_period_not_blank on network_data_marketplace is
'A period says when.';

alter table network_consortiums add constraint network_consortiums_consortium_name_not_blank
check (consortium_name ~ '\S') not valid;
comment on constraint network_consortiums_consortium_name_not_blank on network_consortiums is
'A name has at least one character that can be seen.';
