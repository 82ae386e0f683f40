-- A DECIMAL(3,2) is a score from 0 to 1, but the type alone allows -9.99 to 9.99 and NaN. PostgreSQL sorts NaN above
-- every number, so `<= 1` refuses it too; that is also why the documented check of ml_predictions.confidence suffices.
-- NULL (nobody scored it) stays allowed.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table organization_industries add constraint organization_industries_classification_confidence_from_0_to_1
check (classification_confidence >= 0 and classification_confidence <= 1) not valid;
comment on constraint organization_industries_classification_confidence_from_0_to_1 on organization_industries is
'Classification_confidence is how sure the classification is: 0 to 1, never NaN.';

alter table network_nodes add constraint network_nodes_esg_score_from_0_to_1
check (esg_score >= 0 and esg_score <= 1) not valid;
comment on constraint network_nodes_esg_score_from_0_to_1 on network_nodes is
'Esg_score is a share of the best score: 0 to 1, never NaN.';

alter table network_edges add constraint network_edges_relationship_strength_from_0_to_1
check (relationship_strength >= 0 and relationship_strength <= 1) not valid;
comment on constraint network_edges_relationship_strength_from_0_to_1 on network_edges is
'Relationship_strength is a share; of a subsidiary the share owned: 0 to 1, never NaN.';

alter table network_edges add constraint network_edges_sustainability_score_from_0_to_1
check (sustainability_score >= 0 and sustainability_score <= 1) not valid;
comment on constraint network_edges_sustainability_score_from_0_to_1 on network_edges is
'Sustainability_score is a share of the best score: 0 to 1, never NaN.';

alter table network_edges add constraint network_edges_risk_score_from_0_to_1
check (risk_score >= 0 and risk_score <= 1) not valid;
comment on constraint network_edges_risk_score_from_0_to_1 on network_edges is
'Risk_score is a share of the worst risk: 0 to 1, never NaN.';

alter table network_peer_group_members add constraint network_peer_group_members_similarity_score_from_0_to_1
check (similarity_score >= 0 and similarity_score <= 1) not valid;
comment on constraint network_peer_group_members_similarity_score_from_0_to_1 on network_peer_group_members is
'Similarity_score is 0 is unlike, 1 is alike: 0 to 1, never NaN.';

alter table network_benchmarks add constraint network_benchmarks_confidence_level_from_0_to_1
check (confidence_level >= 0 and confidence_level <= 1) not valid;
comment on constraint network_benchmarks_confidence_level_from_0_to_1 on network_benchmarks is
'Confidence_level is a probability: 0 to 1, never NaN.';

alter table network_data_marketplace add constraint network_data_marketplace_quality_score_from_0_to_1
check (quality_score >= 0 and quality_score <= 1) not valid;
comment on constraint network_data_marketplace_quality_score_from_0_to_1 on network_data_marketplace is
'Quality_score is a share of the best quality: 0 to 1, never NaN.';
