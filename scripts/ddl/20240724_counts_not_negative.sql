-- Numbers of things and of credits start at 0. member_count needs no rule here: 20240719 makes it what is counted.
-- NOT VALID, so that a table with offending rows stays in use; the bootstrap validates a rule once none is left.

alter table industry_benchmarks add constraint industry_benchmarks_sample_size_not_negative
check (sample_size >= 0) not valid;
comment on constraint industry_benchmarks_sample_size_not_negative on industry_benchmarks is
'Contributors are counted.';

alter table network_benchmarks add constraint network_benchmarks_participant_count_not_negative
check (participant_count >= 0) not valid;
comment on constraint network_benchmarks_participant_count_not_negative on network_benchmarks is
'Contributors are counted.';

alter table network_data_marketplace add constraint network_data_marketplace_price_credits_not_negative
check (price_credits >= 0) not valid;
comment on constraint network_data_marketplace_price_credits_not_negative on network_data_marketplace is
'Nobody is paid for taking data; what is free costs 0.';

alter table network_data_exchanges add constraint network_data_exchanges_credits_exchanged_not_negative
check (credits_exchanged >= 0) not valid;
comment on constraint network_data_exchanges_credits_exchanged_not_negative on network_data_exchanges is
'Credits go from the buyer to the provider, never back.';

alter table network_consortium_members add constraint network_consortium_members_voting_power_not_negative
check (voting_power >= 0) not valid;
comment on constraint network_consortium_members_voting_power_not_negative on network_consortium_members is
'Who has no vote has 0; nobody takes votes away.';
