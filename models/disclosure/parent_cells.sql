with

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

cell_populations as (
    select * from {{ ref('cell_populations') }}
)

select distinct cell_tree.parent_key as cell_key
from cell_tree
inner join cell_populations
    on cell_tree.cell_type = cell_populations.cell_type and cell_tree.cell_key = cell_populations.cell_key
where cell_tree.parent_key is not null
