with

fixture (id, case_name, progress, expected) as (
    values
    (1, 'less', 99, 0),
    (2, 'as much as is allowed', 100, 0),
    (3, 'more', 101, 1),
    (4, 'unknown', null, 0)
),

failures as (
    {{ test_rule_check('fixture', expression='progress <= 100') }}
)

select
    fixture.case_name,
    fixture.expected,
    count(failures.id) as observed
from fixture
left join failures on fixture.id = failures.id
group by fixture.case_name, fixture.expected
