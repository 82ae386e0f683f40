{%- set deepest = var('deepest_industry_level') | int -%}

{{ config(materialized='table', changed='remainder_blocks', post_hook='analyze {{ this }}') }}

with

remainder_blocks as (
    select * from {{ ref('remainder_blocks') }}
),

-- From the lowest cells up; below them there is nothing.
settled_{{ deepest + 1 }} as (
    select
        remainder_blocks.*,
        false as shows_mean,
        null as broken_rule,
        null as child_that_gives_up
    from remainder_blocks
    where remainder_blocks.level > {{ deepest }}
),

{% for level in range(deepest, -1, -1) %}
    settled_{{ level }} as (
        {{ settled_remainders(level, 'settled_' ~ (level + 1)) }}
    ),
{% endfor %}

settled as (
    {% for level in range(deepest, -1, -1) %}
        select
            cell_type,
            cell_key,
            metric_name,
            period,
            may_show_mean,
            shows_mean,
            broken_rule,
            child_that_gives_up,
            contributor_count,
            differing
        from settled_{{ level }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    settled.cell_type,
    settled.cell_key,
    settled.metric_name,
    settled.period,
    settled.shows_mean and parent.cell_key is null as shows_mean,
    case
        when not settled.may_show_mean then null
        when settled.shows_mean then parent.broken_rule
        else settled.broken_rule
    end as broken_rule,
    settled.contributor_count,
    settled.differing
from settled
left join settled as parent
    on
        settled.metric_name = parent.metric_name
        and settled.period = parent.period
        and settled.cell_key = parent.child_that_gives_up
