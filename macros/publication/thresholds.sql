{% macro thresholds() -%}
    {%- do return({
        'minimum_contributors': var('minimum_contributors'),
        'dominance_percent': var('dominance_percent'),
        'spread_share': var('spread_share'),
        'stddev_contributors': var('stddev_contributors'),
        'significant_digits': var('significant_digits'),
        'count_multiple': var('count_multiple'),
    }) -%}
{%- endmacro %}
