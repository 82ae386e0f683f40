{% macro freshness(period) -%}
    case
        when {{ as_of() }} at time zone 'UTC' < {{ period_end(period) }} + interval '1 year' then 1
        when {{ as_of() }} at time zone 'UTC' < {{ period_end(period) }} + interval '2 years' then 0.9
        else 0.75
    end
{%- endmacro %}
