{{ config(
    changed='changed_contributors',
    unique_key=['contributor_id'],
    post_hook="{{ analyze_if_any(ref('changed_contributors')) }}",
) }}

with

current_cell_members as (
    select * from {{ ref('current_cell_members') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
),

contributors as (
    select * from {{ ref('ledger_contributors') }}
)

-- Only once what must be worked out again is marked: depends_on: {{ ref('changed_metric_periods') }}
select
    current_cell_members.contributor_id,
    current_cell_members.cell_type,
    current_cell_members.cell_key,
    contributors.contributor_number
from current_cell_members
inner join changed_contributors on current_cell_members.contributor_id = changed_contributors.contributor_id
inner join contributors on changed_contributors.contributor_id = contributors.contributor_id
-- As reported_values sorts contributions, so that looking up one after the other stays in the processor's cache.
order by uuid_hash(current_cell_members.contributor_id)
