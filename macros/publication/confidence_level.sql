{% macro confidence_level(contributor_count, member_count, data_quality, period) -%}
    {%- set effective_count -%}
        ({{ contributor_count }}::double precision * ({{ member_count }} - 1)
        / nullif({{ member_count }} - {{ contributor_count }}, 0))
    {%- endset -%}
    {#- Without members left unknown the median is the population's own: certain, before quality and freshness. -#}
    round((
        coalesce({{ erf(var('confidence_rank_distance') ~ ' * sqrt(2 * (' ~ effective_count ~ ' + 1))') }}, 1)
        * coalesce({{ data_quality }}, 1)
        * {{ freshness(period) }}
    )::numeric, 2)
{%- endmacro %}
