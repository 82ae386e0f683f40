{{ config(
    changed='changed_contributors',
    unique_key=['contributor_id'],
    post_hook="{{ analyze_if_any(ref('changed_contributors')) }}",
) }}

with

eligible_organizations as (
    select * from {{ ref('eligible_organizations') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
)

-- Only once what must be worked out again is marked, what was withdrawn is hidden, and who is counted is remembered:
-- depends_on: {{ ref('changed_metric_periods') }}
-- depends_on: {{ ref('withdrawn_releases') }}
-- depends_on: {{ ref('ledger_ownership') }}
select
    eligible_organizations.organization_id,
    eligible_organizations.data_categories,
    eligible_organizations.contributor_id
from eligible_organizations
inner join changed_contributors on eligible_organizations.contributor_id = changed_contributors.contributor_id
