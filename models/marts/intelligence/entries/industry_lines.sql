with

industry_levels as (
    select * from {{ ref('stg_industry_levels') }}
)

select
    industry_code,
    level_code as related_code
from industry_levels
union
select
    level_code as industry_code,
    industry_code as related_code
from industry_levels
