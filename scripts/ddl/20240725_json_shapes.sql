-- A reader of JSON takes its keys or its elements; a bare string, number, boolean or JSON null has neither and comes
-- out as nothing. An object where the default or a reader needs keys, an array where a list is meant, and where the
-- documentation leaves the shape open either, but no scalar. NULL stays allowed where the column allows it.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table ml_models add constraint ml_models_architecture_is_no_scalar
check (jsonb_typeof(architecture) in ('object', 'array')) not valid;
comment on constraint ml_models_architecture_is_no_scalar on ml_models is
'What the model is made of: keys or a list of layers.';

alter table ml_models add constraint ml_models_hyperparameters_is_an_object
check (jsonb_typeof(hyperparameters) = 'object') not valid;
comment on constraint ml_models_hyperparameters_is_an_object on ml_models is
'One key per hyperparameter; the default is {}.';

alter table ml_models add constraint ml_models_performance_metrics_is_no_scalar
check (jsonb_typeof(performance_metrics) in ('object', 'array')) not valid;
comment on constraint ml_models_performance_metrics_is_no_scalar on ml_models is
'Metrics by name or as a list.';

alter table ml_models add constraint ml_models_training_data_info_is_no_scalar
check (jsonb_typeof(training_data_info) in ('object', 'array')) not valid;
comment on constraint ml_models_training_data_info_is_no_scalar on ml_models is
'What the model was trained on.';

alter table ml_features add constraint ml_features_features_is_no_scalar
check (jsonb_typeof(features) in ('object', 'array')) not valid;
comment on constraint ml_features_features_is_no_scalar on ml_features is
'Features by name or as a vector.';

alter table ml_features add constraint ml_features_metadata_is_an_object
check (jsonb_typeof(metadata) = 'object') not valid;
comment on constraint ml_features_metadata_is_an_object on ml_features is
'One key per fact; the default is {}.';

alter table ml_predictions add constraint ml_predictions_input_data_is_no_scalar
check (jsonb_typeof(input_data) in ('object', 'array')) not valid;
comment on constraint ml_predictions_input_data_is_no_scalar on ml_predictions is
'What the prediction was made from.';

alter table ml_predictions add constraint ml_predictions_prediction_is_no_scalar
check (jsonb_typeof(prediction) in ('object', 'array')) not valid;
comment on constraint ml_predictions_prediction_is_no_scalar on ml_predictions is
'A value says at least what it is and its unit.';

alter table ml_predictions add constraint ml_predictions_actual_value_is_no_scalar
check (jsonb_typeof(actual_value) in ('object', 'array')) not valid;
comment on constraint ml_predictions_actual_value_is_no_scalar on ml_predictions is
'Compared with the prediction, so it has the same shape.';

alter table ml_training_jobs add constraint ml_training_jobs_config_is_no_scalar
check (jsonb_typeof(config) in ('object', 'array')) not valid;
comment on constraint ml_training_jobs_config_is_no_scalar on ml_training_jobs is
'The settings of the job.';

alter table ml_training_jobs add constraint ml_training_jobs_metrics_is_no_scalar
check (jsonb_typeof(metrics) in ('object', 'array')) not valid;
comment on constraint ml_training_jobs_metrics_is_no_scalar on ml_training_jobs is
'Metrics by name or as a list.';

alter table ml_model_performance add constraint ml_model_performance_evaluation_data_is_no_scalar
check (jsonb_typeof(evaluation_data) in ('object', 'array')) not valid;
comment on constraint ml_model_performance_evaluation_data_is_no_scalar on ml_model_performance is
'What the model was evaluated on.';

alter table gri_standards add constraint gri_standards_topics_is_an_array
check (jsonb_typeof(topics) = 'array') not valid;
comment on constraint gri_standards_topics_is_an_array on gri_standards is
'A list of topics.';

alter table gri_standards add constraint gri_standards_requirements_is_no_scalar
check (jsonb_typeof(requirements) in ('object', 'array')) not valid;
comment on constraint gri_standards_requirements_is_no_scalar on gri_standards is
'Requirements by name or as a list.';

alter table industry_models add constraint industry_models_configuration_is_an_object
check (jsonb_typeof(configuration) = 'object') not valid;
comment on constraint industry_models_configuration_is_an_object on industry_models is
'One key per setting: source and parent_industry_code are read from it.';

alter table industry_models add constraint industry_models_material_topics_is_an_array
check (jsonb_typeof(material_topics) = 'array') not valid;
comment on constraint industry_models_material_topics_is_an_array on industry_models is
'A list of topics.';

alter table industry_models add constraint industry_models_benchmarks_is_no_scalar
check (jsonb_typeof(benchmarks) in ('object', 'array')) not valid;
comment on constraint industry_models_benchmarks_is_no_scalar on industry_models is
'Benchmarks by name or as a list.';

alter table organization_industries add constraint organization_industries_material_topics_is_no_scalar
check (jsonb_typeof(material_topics) in ('object', 'array')) not valid;
comment on constraint organization_industries_material_topics_is_no_scalar on organization_industries is
'Topics by name or as a list.';

alter table organization_industries add constraint organization_industries_custom_topics_is_no_scalar
check (jsonb_typeof(custom_topics) in ('object', 'array')) not valid;
comment on constraint organization_industries_custom_topics_is_no_scalar on organization_industries is
'Topics by name or as a list.';

alter table industry_benchmarks add constraint industry_benchmarks_statistics_is_an_object
check (jsonb_typeof(statistics) = 'object') not valid;
comment on constraint industry_benchmarks_statistics_is_an_object on industry_benchmarks is
'One key per statistic.';

alter table network_nodes add constraint network_nodes_location_is_no_scalar
check (jsonb_typeof(location) in ('object', 'array')) not valid;
comment on constraint network_nodes_location_is_no_scalar on network_nodes is
'One place or several.';

alter table network_nodes add constraint network_nodes_metadata_is_an_object
check (jsonb_typeof(metadata) = 'object') not valid;
comment on constraint network_nodes_metadata_is_an_object on network_nodes is
'One key per fact; the default is {}.';

alter table network_edges add constraint network_edges_volume_info_is_no_scalar
check (jsonb_typeof(volume_info) in ('object', 'array')) not valid;
comment on constraint network_edges_volume_info_is_no_scalar on network_edges is
'Volumes by name or as a list.';

alter table network_edges add constraint network_edges_metadata_is_an_object
check (jsonb_typeof(metadata) = 'object') not valid;
comment on constraint network_edges_metadata_is_an_object on network_edges is
'One key per fact; the default is {}.';

alter table network_peer_groups add constraint network_peer_groups_criteria_is_an_object
check (jsonb_typeof(criteria) = 'object') not valid;
comment on constraint network_peer_groups_criteria_is_an_object on network_peer_groups is
'One key per criterion.';

alter table network_benchmarks add constraint network_benchmarks_statistics_is_an_object
check (jsonb_typeof(statistics) = 'object') not valid;
comment on constraint network_benchmarks_statistics_is_an_object on network_benchmarks is
'One key per statistic.';

alter table network_supplier_assessments add constraint network_supplier_assessments_scores_is_no_scalar
check (jsonb_typeof(scores) in ('object', 'array')) not valid;
comment on constraint network_supplier_assessments_scores_is_no_scalar on network_supplier_assessments is
'Scores by topic or as a list.';

alter table network_supplier_assessments add constraint network_supplier_assessments_risks_is_no_scalar
check (jsonb_typeof(risks) in ('object', 'array')) not valid;
comment on constraint network_supplier_assessments_risks_is_no_scalar on network_supplier_assessments is
'Risks by topic or as a list.';

alter table network_supplier_assessments add constraint network_supplier_assessments_recommendations_is_no_scalar
check (jsonb_typeof(recommendations) in ('object', 'array')) not valid;
comment on constraint network_supplier_assessments_recommendations_is_no_scalar on network_supplier_assessments is
'Recommendations by topic or as a list.';

alter table network_data_marketplace add constraint network_data_marketplace_metadata_is_an_object
check (jsonb_typeof(metadata) = 'object') not valid;
comment on constraint network_data_marketplace_metadata_is_an_object on network_data_marketplace is
'One key per fact; the default is {}.';

alter table network_consortiums add constraint network_consortiums_charter_is_no_scalar
check (jsonb_typeof(charter) in ('object', 'array')) not valid;
comment on constraint network_consortiums_charter_is_no_scalar on network_consortiums is
'Clauses by name or as a list.';

alter table network_consortiums add constraint network_consortiums_governance_is_no_scalar
check (jsonb_typeof(governance) in ('object', 'array')) not valid;
comment on constraint network_consortiums_governance_is_no_scalar on network_consortiums is
'Clauses by name or as a list.';

alter table agent_ml_requests add constraint agent_ml_requests_input_data_is_no_scalar
check (jsonb_typeof(input_data) in ('object', 'array')) not valid;
comment on constraint agent_ml_requests_input_data_is_no_scalar on agent_ml_requests is
'What the prediction is to be made from.';

alter table agent_ml_requests add constraint agent_ml_requests_prediction_is_no_scalar
check (jsonb_typeof(prediction) in ('object', 'array')) not valid;
comment on constraint agent_ml_requests_prediction_is_no_scalar on agent_ml_requests is
'The same shape as in ml_predictions.';

alter table network_intelligence_cache add constraint network_intelligence_cache_data_is_no_scalar
check (jsonb_typeof(data) in ('object', 'array')) not valid;
comment on constraint network_intelligence_cache_data_is_no_scalar on network_intelligence_cache is
'Ready to be read by an application.';

alter table regulatory_compliance add constraint regulatory_compliance_compliance_data_is_no_scalar
check (jsonb_typeof(compliance_data) in ('object', 'array')) not valid;
comment on constraint regulatory_compliance_compliance_data_is_no_scalar on regulatory_compliance is
'Findings by name or as a list.';
