with recursive

industries as (
    select * from {{ ref('stg_industries') }}
),

-- union, not union all, ends a cycle of parents.
upwards as (
    select
        industry_code,
        industry_code as broader_code
    from industries
    union
    select
        upwards.industry_code,
        industries.parent_industry_code
    from upwards
    inner join industries on upwards.broader_code = industries.industry_code
    where industries.parent_industry_code is not null
)

select
    industry_code,
    broader_code as related_code
from upwards
union
select
    broader_code as industry_code,
    industry_code as related_code
from upwards
