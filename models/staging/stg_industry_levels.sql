with recursive

industries as (
    select * from {{ ref('stg_industries') }}
),

-- union, not union all, ends a cycle of parents.
industry_levels as (
    select
        industry_code,
        industry_code as level_code
    from industries
    union
    select
        industry_levels.industry_code,
        industries.parent_industry_code as level_code
    from industry_levels
    inner join industries on industry_levels.level_code = industries.industry_code
    where industries.parent_industry_code is not null
)

select
    industry_code,
    level_code
from industry_levels
