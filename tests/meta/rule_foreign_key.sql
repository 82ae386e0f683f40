with

fixture (id, case_name, industry, expected) as (
    values
    (1, 'one that there is', '11', 0),
    (2, 'the same again', '11', 0),
    (3, 'one that there is not', '99', 1),
    (4, 'none', null, 0)
),

industries (industry_code) as (
    values ('11'), ('22')
),

failures as (
    {{ test_rule_foreign_key('fixture', 'industry', to='industries', field='industry_code') }}
)

select
    fixture.case_name,
    fixture.expected,
    count(failures.id) as observed
from fixture
left join failures on fixture.id = failures.id
group by fixture.case_name, fixture.expected
