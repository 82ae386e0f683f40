with

fixture (case_name, industry, period, expected, expected_if_nulls_agree) as (
    values
    ('once', '11', '2024', 0, 0),
    ('the same industry in another period', '11', '2025', 0, 0),
    ('twice', '22', '2024', 2, 2),
    ('twice', '22', '2024', 2, 2),
    ('no industry, twice', null, '2024', 0, 2),
    ('no industry, twice', null, '2024', 0, 2),
    ('no industry, another period', null, '2025', 0, 0),
    ('empty is not NULL', '', '2025', 0, 0)
),

failures as (
    {{ test_rule_unique('fixture', columns=['period', 'industry']) }}
),

failures_if_nulls_agree as (
    {{ test_rule_unique('fixture', columns=['period', 'industry'], nulls_distinct=false) }}
)

select
    fixture.case_name,
    fixture.expected,
    coalesce(failures.row_count, 0) as observed
from fixture
left join failures
    on fixture.industry = failures.industry and fixture.period = failures.period
union all
select
    fixture.case_name || ', where NULL agrees with NULL' as case_name,
    fixture.expected_if_nulls_agree as expected,
    coalesce(failures_if_nulls_agree.row_count, 0) as observed
from fixture
left join failures_if_nulls_agree
    on
        fixture.industry is not distinct from failures_if_nulls_agree.industry
        and fixture.period = failures_if_nulls_agree.period
