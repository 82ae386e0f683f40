{% macro raw_periods(metric_periods) -%}
    {#- As literals: of a subquery the planner would not know how few they are, and would look each series up by itself. -#}
    {{ run_query("
        select coalesce(string_agg(distinct quote_literal(series.raw_period), ', '), 'null')
        from " ~ ref('stg_series') ~ " as series
        inner join " ~ metric_periods ~ " as asked_for
            on series.metric_name = asked_for.metric_name and series.period = asked_for.period
    ").columns[0][0] if execute else 'null' }}
{%- endmacro %}
