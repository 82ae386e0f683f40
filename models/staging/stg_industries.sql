with

industries as (
    select * from {{ ref('industry_models') }}
),

named as (
    select
        industry_code,
        industry_name,
        nullif(configuration ->> 'parent_industry_code', industry_code) as parent_industry_code
    from industries
)

-- A parent that nobody described is none.
select
    named.industry_code,
    named.industry_name,
    parents.industry_code as parent_industry_code
from named
left join industries as parents on named.parent_industry_code = parents.industry_code
