{{ config(alias='counted_organizations', changed='changed_contributors', unique_key=['contributor_id']) }}

with

counted_organizations as (
    select * from {{ ref('counted_organizations') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
)

-- Only once the cells stand: depends_on: {{ ref('cells') }}
select
    counted_organizations.organization_id,
    counted_organizations.data_category,
    counted_organizations.contributor_id
from counted_organizations
inner join changed_contributors on counted_organizations.contributor_id = changed_contributors.contributor_id
