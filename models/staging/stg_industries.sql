with

industries as (
    select * from {{ ref('industry_models') }}
)

select
    industry_code,
    industry_name,
    nullif(configuration ->> 'parent_industry_code', industry_code) as parent_industry_code
from industries
