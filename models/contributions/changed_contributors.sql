{{ config(materialized='table', changed='changed_inputs', post_hook='analyze {{ this }}') }}

with

eligible as (
    select * from {{ ref('eligible_organizations') }}
),

counted_before as (
    select * from {{ source('last_build', 'counted_organizations') }}
),

cell_members as (
    select * from {{ ref('current_cell_members') }}
),

cell_members_before as (
    select * from {{ source('last_build', 'cell_members') }}
),

newly_or_no_longer_counted as (
    select
        eligible.contributor_id,
        counted_before.contributor_id as contributor_id_before
    from eligible
    full outer join counted_before on eligible.organization_id = counted_before.organization_id
    where
        eligible.contributor_id is distinct from counted_before.contributor_id
        or (
            eligible.data_categories <> counted_before.data_categories -- as lists, which is cheap to see
            and not (
                eligible.data_categories @> counted_before.data_categories
                and eligible.data_categories <@ counted_before.data_categories
            )
        )
),

moved_between_cells as (
    select coalesce(cell_members.contributor_id, cell_members_before.contributor_id) as contributor_id
    from cell_members
    full outer join cell_members_before
        on
            cell_members.contributor_id = cell_members_before.contributor_id
            and cell_members.cell_type = cell_members_before.cell_type
            and cell_members.cell_key = cell_members_before.cell_key
    where cell_members.contributor_id is null or cell_members_before.contributor_id is null
)

-- Whom to compare is asked only when {{ ref('changed_inputs') }} has a row.
select contributor_id from newly_or_no_longer_counted
where contributor_id is not null
union
select contributor_id_before from newly_or_no_longer_counted
where contributor_id_before is not null
union
select contributor_id from moved_between_cells
