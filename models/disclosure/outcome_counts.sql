with

reported_outcomes as (
    select * from {{ ref('reported_outcomes') }}
),

counted as (
    select
        metric_name,
        period,
        outcome,
        count(*) as cells,
        sum(count(*)) filter (where outcome = 'published') over (partition by metric_name, period) as published_cells
    from reported_outcomes
    group by metric_name, period, outcome
)

-- Everybody sees which cells are published: were nearly all of them held back, a count of these would say so of each.
select
    metric_name,
    period,
    case outcome
        when 'published' then 'published'
        when 'D9' then 'held_back'
        when 'D10' then 'withdrawn'
        else 'withheld'
    end as outcome,
    nullif(outcome, 'published') as rule,
    {{ floored_count('cells') }} as cells
from counted
where
    cells >= {{ var('minimum_contributors') }}
    and (outcome <> 'D9' or published_cells - cells >= {{ var('minimum_contributors') }})
