{% test statistics_within_ladder(model, column_name, count=none, keys=none) %}
    {{- require_column_list('statistics_within_ladder', 'keys', keys) -}}
    {%- if count is not string -%}
        {{ exceptions.raise_compiler_error(
            'statistics_within_ladder: count is the column of the contributors as shown, not ' ~ count | tojson) }}
    {%- endif -%}
    {%- set k = var('minimum_contributors') -%}
    with

    shown as (
        select
            {{ keys | join(',\n            ') }},
            {{ column_name }} as published,
            -- What is shown is floored: the most contributors that may stand behind it.
            {{ count }} + {{ var('count_multiple') }} - 1 as most_contributors
        from {{ model }}
    ),

    -- A key that says something of values needs contributors, the others need none.
    ladder (statistic, contributors_needed) as (
        values
        ('mean', {{ k }}),
        ('median', {{ k }} / 0.5),
        ('p25', {{ k }} / 0.25),
        ('p75', {{ k }} / 0.25),
        ('p10', {{ k }} / 0.1),
        ('p90', {{ k }} / 0.1),
        ('stddev', {{ var('stddev_contributors') }}),
        ('unit', null),
        ('direction', null),
        ('method', null),
        ('coverage', null),
        ('schema_version', null)
    )

    select
        {% for key in keys %}shown.{{ key }},
        {% endfor %}found.statistic
    from shown
    cross join lateral jsonb_each(shown.published) as found (statistic, figure)
    left join ladder on found.statistic = ladder.statistic
    where
        ladder.statistic is null
        or shown.most_contributors < ladder.contributors_needed
        or (ladder.contributors_needed is not null and jsonb_typeof(found.figure) <> 'number')
    union all
    select
        {{ keys | join(',\n        ') }},
        'mean or median' as statistic
    from shown
    where not published ?| array['mean', 'median']
{% endtest %}
