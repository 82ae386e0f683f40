with

cell_members as (
    select * from {{ ref('cell_members') }}
)

select
    cell_type,
    cell_key,
    count(*) as member_count
from cell_members
group by cell_type, cell_key
