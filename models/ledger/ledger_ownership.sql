{{ config(
    alias='ownership',
    incremental_strategy='upsert',
    changed='changed_contributors',
    unique_key=['organization_id', 'contributor_number'],
) }}

with

eligible as (
    select * from {{ ref('eligible_organizations') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
),

contributors as (
    select * from {{ ref('ledger_contributors') }}
)

select
    eligible.organization_id,
    contributors.contributor_number
from eligible
inner join changed_contributors on eligible.contributor_id = changed_contributors.contributor_id
inner join contributors on changed_contributors.contributor_id = contributors.contributor_id
