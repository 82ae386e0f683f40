with

fixture (case_name, shown, expected) as (
    values
    ('nobody', 0, 0),
    ('the divisor', 5, 0),
    ('one less', 4, 1),
    ('one more', 6, 1),
    ('twice the divisor', 10, 0),
    ('below nobody', -5, 0),
    ('unknown', null, 0)
),

failures as (
    {{ test_multiple_of('fixture', 'shown', divisor=5, keys=['case_name', 'shown']) }}
)

select
    fixture.case_name,
    fixture.expected,
    count(failures.case_name) as observed
from fixture
left join failures on fixture.case_name = failures.case_name
group by fixture.case_name, fixture.expected
