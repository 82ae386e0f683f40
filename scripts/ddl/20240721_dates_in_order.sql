-- What ends does not end before it begins. A date that is not known (NULL) breaks no rule.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table ml_training_jobs add constraint ml_training_jobs_starts_after_creation
check (started_at >= created_at) not valid;
comment on constraint ml_training_jobs_starts_after_creation on ml_training_jobs is
'A job cannot start before somebody asked for it.';

alter table ml_training_jobs add constraint ml_training_jobs_completes_after_start
check (completed_at >= coalesce(started_at, created_at)) not valid;
comment on constraint ml_training_jobs_completes_after_start on ml_training_jobs is
'A job cannot end before it started or, cancelled in the queue, before it was asked for.';

alter table network_privacy_settings add constraint network_privacy_settings_expires_after_consent
check (expires_at > consent_date) not valid;
comment on constraint network_privacy_settings_expires_after_consent on network_privacy_settings is
'A consent that ends before it begins never holds: one of the two dates is wrong.';

alter table network_benchmarks add constraint network_benchmarks_expires_after_creation
check (expires_at > created_at) not valid;
comment on constraint network_benchmarks_expires_after_creation on network_benchmarks is
'A benchmark is published to be served for some time.';

alter table network_supplier_assessments add constraint network_supplier_assessments_valid_until_after_assessment
check (valid_until >= assessment_date) not valid;
comment on constraint network_supplier_assessments_valid_until_after_assessment on network_supplier_assessments is
'An assessment is valid from the day it was made.';

alter table network_data_marketplace add constraint network_data_marketplace_expires_after_listing
check (expires_at > listed_at) not valid;
comment on constraint network_data_marketplace_expires_after_listing on network_data_marketplace is
'A listing is on offer for some time.';

alter table network_data_exchanges add constraint network_data_exchanges_access_expires_after_grant
check (access_expires_at > access_granted_at) not valid;
comment on constraint network_data_exchanges_access_expires_after_grant on network_data_exchanges is
'What was bought can be read for some time.';

alter table agent_ml_requests add constraint agent_ml_requests_completes_after_creation
check (completed_at >= created_at) not valid;
comment on constraint agent_ml_requests_completes_after_creation on agent_ml_requests is
'A request cannot be answered before it was made.';

alter table network_intelligence_cache add constraint network_intelligence_cache_expires_after_creation
check (expires_at > created_at) not valid;
comment on constraint network_intelligence_cache_expires_after_creation on network_intelligence_cache is
'An entry is cached to be served for some time.';

alter table regulatory_compliance add constraint regulatory_compliance_deadline_after_assessment
check (next_deadline >= last_assessment) not valid;
comment on constraint regulatory_compliance_deadline_after_assessment on regulatory_compliance is
'The next deadline cannot lie before the last assessment.';
