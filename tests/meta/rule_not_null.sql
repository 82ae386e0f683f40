with

fixture (id, case_name, shown, expected) as (
    values
    (1, 'a value', 'x', 0),
    (2, 'nothing', null, 1),
    (3, 'empty is not NULL', '', 0)
),

failures as (
    {{ test_rule_not_null('fixture', 'shown') }}
)

select
    fixture.case_name,
    fixture.expected,
    count(failures.id) as observed
from fixture
left join failures on fixture.id = failures.id
group by fixture.case_name, fixture.expected
