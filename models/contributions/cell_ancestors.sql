{{ config(post_hook='analyze {{ this }}') }}

with recursive

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

cell_ancestors as (
    select
        cell_key,
        parent_key as ancestor_key
    from cell_tree
    where parent_key is not null
    union all
    select
        cell_ancestors.cell_key,
        cell_tree.parent_key as ancestor_key
    from cell_ancestors
    inner join cell_tree on cell_ancestors.ancestor_key = cell_tree.cell_key
    where cell_tree.parent_key is not null
)

select
    cell_ancestors.cell_key,
    cell_ancestors.ancestor_key,
    ancestors.cell_type as ancestor_type,
    ancestors.level as ancestor_level
from cell_ancestors
inner join cell_tree as ancestors on cell_ancestors.ancestor_key = ancestors.cell_key
