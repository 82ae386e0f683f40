-- The documented UNIQUE (organization_id, data_category) takes `energy` and `Energy ` for two settings, and two may
-- contradict each other. An older row in another spelling is still read, and all of an organisation's settings have to
-- agree: one in the proper spelling that withdraws the consent takes effect beside it.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table network_privacy_settings add constraint network_privacy_settings_one_spelling_of_data_category
check (data_category ~ '^[a-z][a-z0-9_]*$') not valid;
comment on constraint network_privacy_settings_one_spelling_of_data_category on network_privacy_settings is
'A category is a lower-case identifier such as energy, so that it has one spelling and a setting one row.';
