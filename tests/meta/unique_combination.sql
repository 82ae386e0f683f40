with

fixture (case_name, industry, period, expected) as (
    values
    ('once', '11', '2024', 0),
    ('the same industry in another period', '11', '2025', 0),
    ('twice', '22', '2024', 2),
    ('twice', '22', '2024', 2),
    ('no industry, twice', null, '2024', 2),
    ('no industry, twice', null, '2024', 2),
    ('no industry, another period', null, '2025', 0),
    ('empty is not NULL', '', '2025', 0),
    ('no key at all, three times', null, null, 3),
    ('no key at all, three times', null, null, 3),
    ('no key at all, three times', null, null, 3)
),

failures as (
    {{ test_unique_combination('fixture', columns=['industry', 'period']) }}
)

select
    fixture.case_name,
    fixture.expected,
    coalesce(failures.row_count, 0) as observed
from fixture
left join failures
    on
        fixture.industry is not distinct from failures.industry
        and fixture.period is not distinct from failures.period
