{%- set square_total = "((contributor_count - 1) * power(stddev, 2) + contributor_count * power(mean, 2))" -%}

with

cells as (
    select * from {{ ref('cells') }}
),

judged as (
    select
        cell_type,
        cell_key,
        metric_name,
        period,
        contributor_count,
        contributor_count < {{ var('minimum_contributors') }} as has_too_few_contributors,
        coalesce({{ is_dominated('absolute_total', 'largest', 'second_largest') }}, true) as is_dominated,
        coalesce(middle_value_share >= {{ var('spread_share') }}, true) as lacks_spread,
        -- As anybody can work out, and as the second largest can, who knows its own value.
        coalesce(
            {{ is_pinned_by_stddev('contributor_count', 'absolute_total', square_total, 'largest') }}
            or {{ is_pinned_by_stddev(
                '(contributor_count - 1)', '(absolute_total - second_largest)',
                '(' ~ square_total ~ ' - power(second_largest, 2))', 'largest'
            ) }},
            true
        ) as is_pinned
    from cells
)

select
    cell_type,
    cell_key,
    metric_name,
    period,
    has_too_few_contributors,
    is_dominated,
    lacks_spread,
    not has_too_few_contributors and not lacks_spread and not is_dominated as allows_mean,
    not has_too_few_contributors and not lacks_spread and not is_dominated
    and contributor_count >= {{ var('stddev_contributors') }} and not is_pinned as allows_stddev,
    not has_too_few_contributors and not lacks_spread
    and {{ quantile_is_allowed('contributor_count', 0.5) }} as allows_median,
    not has_too_few_contributors and not lacks_spread
    and {{ quantile_is_allowed('contributor_count', 0.25) }} as allows_quartiles,
    not has_too_few_contributors and not lacks_spread
    and {{ quantile_is_allowed('contributor_count', 0.1) }} as allows_deciles
from judged
