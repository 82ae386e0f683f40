with

benchmarks as (
    select * from {{ ref('benchmarks') }}
)

-- From what is published alone: a count beside a figure that is withheld would tell why it is.
select
    category,
    period,
    industry_code,
    industry_name,
    count(*) as metrics,
    max(contributors) as organizations,
    max(coverage) as coverage
from benchmarks
where benchmark_type in ('network', 'industry')
group by category, period, industry_code, industry_name
