{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

remainder_blocks as (
    select * from {{ ref('remainder_blocks') }}
),

-- From the lowest cells up. What a cell that shows no mean leaves over belongs to the cell above it; a cell whose
-- remainder is not safe takes in that of one child, the smallest that makes it safe, or else shows no mean itself.
{% for level in range(var('deepest_industry_level') | int, -1, -1) %}
    {% set has_children = not loop.first %}
    left_over_{{ level }} as (
        select
            metric_name,
            period,
            cell_key,
            contributor_count,
            absolute_total,
            largest,
            second_largest,
            differing,
            told_apart
        from remainder_blocks
        where level = {{ level }}
        {% if has_children %}
            union all
            select
                metric_name,
                period,
                parent_key as cell_key,
                contributor_count,
                absolute_total,
                largest,
                second_largest,
                differing,
                told_apart
            from settled_{{ level + 1 }}
            where not shows_mean
        {% endif %}
    ),

    remainders_{{ level }} as (
        select
            metric_name,
            period,
            cell_key,
            {{ merged_block('contributor_count', 'absolute_total', 'largest', 'second_largest') }},
            sum(differing) as differing,
            sum(told_apart) as told_apart
        from left_over_{{ level }}
        group by metric_name, period, cell_key
    ),

    judged_{{ level }} as (
        select
            remainder_blocks.level,
            remainder_blocks.cell_type,
            remainder_blocks.parent_key,
            remainder_blocks.cell_size,
            remainder_blocks.may_show_mean,
            remainders.*,
            -- The rule by which what is left over is not safe.
            case
                when {{ is_safe_remainder(
                    'remainders.contributor_count', 'remainders.absolute_total',
                    'remainders.largest', 'remainders.second_largest'
                ) }} is not true then 'D6'
                when {{ is_safe_link('remainders.differing', 'remainders.told_apart') }} is not true then 'D8'
            end as broken_rule
        from remainder_blocks
        inner join remainders_{{ level }} as remainders
            on
                remainder_blocks.metric_name = remainders.metric_name
                and remainder_blocks.period = remainders.period
                and remainder_blocks.cell_key = remainders.cell_key
        where remainder_blocks.level = {{ level }}
    ),

    {% if has_children %}
        given_up_{{ level }} as (
            select distinct on (judged.metric_name, judged.period, judged.cell_key)
                judged.metric_name,
                judged.period,
                judged.cell_key,
                judged.broken_rule,
                child.cell_key as child_key,
                child.contributor_count,
                child.absolute_total,
                child.largest,
                child.second_largest,
                child.differing,
                child.told_apart
            from judged_{{ level }} as judged
            inner join settled_{{ level + 1 }} as child
                on
                    judged.metric_name = child.metric_name
                    and judged.period = child.period
                    and judged.cell_key = child.parent_key
            cross join
                lateral (
                    select
                        {{ merged_block('block.n', 'block.total', 'block.first', 'block.second') }},
                        sum(block.differing) as differing,
                        sum(block.apart) as told_apart
                    from (
                        values
                        (
                            judged.contributor_count, judged.absolute_total, judged.largest, judged.second_largest,
                            judged.differing, judged.told_apart
                        ),
                        (
                            child.contributor_count, child.absolute_total, child.largest, child.second_largest,
                            child.differing, child.told_apart
                        )
                    ) as block (n, total, first, second, differing, apart)
                ) as merged
            where
                judged.may_show_mean
                and judged.broken_rule is not null
                and child.shows_mean
                and {{ is_safe_remainder(
                    'merged.contributor_count', 'merged.absolute_total', 'merged.largest', 'merged.second_largest'
                ) }}
                and {{ is_safe_link('merged.differing', 'merged.told_apart') }}
            order by judged.metric_name, judged.period, judged.cell_key, child.cell_size, child.cell_key
        ),
    {% endif %}

    settled_{{ level }} as (
        select
            judged.level,
            judged.cell_type,
            judged.cell_key,
            judged.parent_key,
            judged.metric_name,
            judged.period,
            judged.cell_size,
            judged.may_show_mean,
            judged.contributor_count,
            judged.absolute_total,
            judged.largest,
            judged.second_largest,
            judged.differing,
            judged.told_apart,
            judged.broken_rule,
            judged.may_show_mean
            and (judged.broken_rule is null {{ 'or given_up.child_key is not null' if has_children }}) as shows_mean
        from judged_{{ level }} as judged
        {% if has_children %}
            left join given_up_{{ level }} as given_up
                on
                    judged.metric_name = given_up.metric_name
                    and judged.period = given_up.period
                    and judged.cell_key = given_up.cell_key
        {% endif %}
    ){{ ',' }}
{% endfor %}

judged as (
    {% for level in range(var('deepest_industry_level') | int, -1, -1) %}
        select
            settled.cell_type,
            settled.cell_key,
            settled.metric_name,
            settled.period,
            settled.contributor_count,
            settled.differing,
            case
                when not settled.may_show_mean then null
                when not settled.shows_mean then settled.broken_rule
                {% if not loop.last %}
                    else given_up.broken_rule
                {% endif %}
            end as broken_rule,
            {% if loop.last %}
                settled.shows_mean
            {% else %}
                settled.shows_mean and given_up.child_key is null as shows_mean
            {% endif %}
        from settled_{{ level }} as settled
        {% if not loop.last %}
            left join given_up_{{ level - 1 }} as given_up
                on
                    settled.metric_name = given_up.metric_name
                    and settled.period = given_up.period
                    and settled.cell_key = given_up.child_key
            union all
        {% endif %}
    {% endfor %}
)

select
    cell_type,
    cell_key,
    metric_name,
    period,
    shows_mean,
    broken_rule,
    contributor_count,
    differing
from judged
