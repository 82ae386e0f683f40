{{ config(post_hook='analyze {{ this }}') }}

with recursive

industries as (
    select * from {{ ref('stg_industries') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

-- Every industry with itself and all that it belongs to; union, not union all, ends a cycle of parents.
industry_levels as (
    select
        industry_code,
        industry_code as level_code
    from industries
    union
    select
        industry_levels.industry_code,
        industries.parent_industry_code
    from industry_levels
    inner join industries on industry_levels.level_code = industries.industry_code
    where industries.parent_industry_code is not null
)

select
    industry_levels.industry_code,
    cell_tree.cell_key,
    cell_tree.parent_key,
    row_number() over (partition by industry_levels.industry_code order by cell_tree.level desc) = 1 as is_lowest
from industry_levels
inner join cell_tree on industry_levels.level_code = cell_tree.cell_key
