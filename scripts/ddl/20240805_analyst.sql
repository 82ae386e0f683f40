-- What is published, which an analyst and a member read alike; the marts are granted by dbt (dbt_project.yml).
-- What has expired is not served, even before a build sweeps it.
grant select on gri_standards, industry_models, industry_benchmarks, network_benchmarks, network_intelligence_cache
to blipee_analyst, blipee_member;

create policy blipee_published on gri_standards for select to blipee_analyst, blipee_member using (true);
create policy blipee_published on industry_models for select to blipee_analyst, blipee_member using (true);
create policy blipee_published on industry_benchmarks for select to blipee_analyst, blipee_member using (true);
create policy blipee_published on network_benchmarks for select to blipee_analyst, blipee_member
using (expires_at > now());
create policy blipee_published on network_intelligence_cache for select to blipee_analyst, blipee_member
using (organization_id is null and expires_at > now());
