{{ config(post_hook='analyze {{ this }}') }}

with recursive

industries as (
    select * from {{ ref('stg_industries') }}
),

-- A circle of parents hangs on nothing: it is never reached from the network, and is no cell.
cell_tree as (
    select
        'network' as cell_type,
        '' as cell_key,
        null::text as parent_key,
        0 as level
    union all
    select
        'industry' as cell_type,
        industries.industry_code,
        cell_tree.cell_key as parent_key,
        cell_tree.level + 1 as level
    from cell_tree
    inner join industries on cell_tree.cell_key = coalesce(industries.parent_industry_code, '')
    where cell_tree.level < {{ var('deepest_industry_level') }}
)

select
    cell_type,
    cell_key,
    parent_key,
    level
from cell_tree
