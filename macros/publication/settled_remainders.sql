{% macro settled_remainders(level, settled_below) -%}
    {#- What a cell that shows no mean leaves over belongs to the cell above it. A cell whose remainder is not safe takes in
        that of one child, the smallest that makes it safe, or else shows no mean itself. -#}
    with

    left_over as (
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
        from {{ settled_below }}
        where not shows_mean
    ),

    remainders as (
        select
            metric_name,
            period,
            cell_key,
            {{ merged_block('contributor_count', 'absolute_total', 'largest', 'second_largest') }},
            sum(differing) as differing,
            sum(told_apart) as told_apart
        from left_over
        group by metric_name, period, cell_key
    ),

    judged as (
        select
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
        inner join remainders
            on
                remainder_blocks.metric_name = remainders.metric_name
                and remainder_blocks.period = remainders.period
                and remainder_blocks.cell_key = remainders.cell_key
        where remainder_blocks.level = {{ level }}
    ),

    children_that_give_up as (
        select distinct on (judged.metric_name, judged.period, judged.cell_key)
            judged.metric_name,
            judged.period,
            judged.cell_key,
            child.cell_key as child_key
        from judged
        inner join {{ settled_below }} as child
            on
                judged.metric_name = child.metric_name
                and judged.period = child.period
                and judged.cell_key = child.parent_key
        where
            judged.may_show_mean
            and judged.broken_rule is not null
            and child.shows_mean
            and {{ is_safe_remainder(
                'judged.contributor_count + child.contributor_count', 'judged.absolute_total + child.absolute_total',
                'greatest(judged.largest, child.largest)',
                'greatest(judged.second_largest, child.second_largest, least(judged.largest, child.largest))'
            ) }}
            and {{ is_safe_link('judged.differing + child.differing', 'judged.told_apart + child.told_apart') }}
        order by judged.metric_name, judged.period, judged.cell_key, child.cell_size, child.cell_key
    )

    select
        judged.*,
        children_that_give_up.child_key as child_that_gives_up,
        judged.may_show_mean
        and (judged.broken_rule is null or children_that_give_up.child_key is not null) as shows_mean
    from judged
    left join children_that_give_up
        on
            judged.metric_name = children_that_give_up.metric_name
            and judged.period = children_that_give_up.period
            and judged.cell_key = children_that_give_up.cell_key
{%- endmacro %}
