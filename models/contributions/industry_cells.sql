{{ config(post_hook='analyze {{ this }}') }}

with

industry_levels as (
    select * from {{ ref('stg_industry_levels') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
)

select
    industry_levels.industry_code,
    cell_tree.cell_key,
    cell_tree.parent_key,
    row_number() over (partition by industry_levels.industry_code order by cell_tree.level desc) = 1 as is_lowest
from industry_levels
inner join cell_tree on industry_levels.level_code = cell_tree.cell_key
