with

fixture (case_name, contributors, statistics, expected) as (
    values
    ('nobody', 0, '{"mean": 1}'::jsonb, 'mean'),
    ('five with a mean', 5, '{"mean": 1}', ''),
    ('five with a median', 5, '{"mean": 1, "median": 1}', 'median'),
    ('ten', 10, '{"mean": 1, "median": 1}', ''),
    ('ten without a mean', 10, '{"median": 1}', ''),
    ('fifteen with quartiles', 15, '{"median": 1, "p25": 1, "p75": 1}', 'p25, p75'),
    ('twenty with one quartile', 20, '{"median": 1, "p75": 1}', ''),
    ('twenty-five with a stddev', 25, '{"mean": 1, "stddev": 1}', 'stddev'),
    ('thirty', 30, '{"mean": 1, "stddev": 1}', ''),
    ('forty-five with deciles', 45, '{"mean": 1, "p10": 1, "p90": 1}', 'p10, p90'),
    ('fifty', 50, '{"mean": 1, "median": 1, "p10": 1, "p25": 1, "p75": 1, "p90": 1, "stddev": 1}', ''),
    ('all the words', 5, '{
        "mean": 1, "unit": "t", "direction": "neutral", "method": "any", "coverage": 1, "schema_version": 1
    }', ''),
    ('an extreme', 1000, '{"mean": 1, "max": 1}', 'max'),
    ('a reason', 1000, '{"mean": 1, "reason": "withheld"}', 'reason'),
    ('a figure that is a word', 1000, '{"mean": "1"}', 'mean'),
    ('a withheld figure as null', 1000, '{"mean": 1, "p10": null}', 'p10'),
    ('no figure', 1000, '{"unit": "t"}', 'mean or median'),
    ('nothing', 1000, '{}', 'mean or median')
),

failures as (
    {{ test_statistics_within_ladder('fixture', 'statistics', count='contributors', keys=['case_name']) }}
)

select
    fixture.case_name,
    fixture.expected,
    coalesce(string_agg(failures.statistic, ', ' order by failures.statistic), '') as observed
from fixture
left join failures on fixture.case_name = failures.case_name
group by fixture.case_name, fixture.expected
