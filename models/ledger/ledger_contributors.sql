{{ config(
    alias='contributors',
    incremental_strategy='upsert',
    changed='changed_contributors',
    unique_key=['contributor_id'],
) }}

with

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
)

-- Whoever is new stands among those that changed.
select contributor_id from changed_contributors
