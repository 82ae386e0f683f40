{% macro mark_unfinished(changed_metric_periods) -%}
    {#- Before anything is recomputed: a build that fails from here on leaves marks that match no digest, so the next
        one works these out again even if every input is by then what it was before. -#}
    insert into {{ source('last_build', 'metric_periods') }} (metric_name, period, inputs_digest)
    select
        metric_name,
        period,
        'unfinished' as inputs_digest
    from {{ changed_metric_periods }}
    on conflict (metric_name, period) do update set inputs_digest = excluded.inputs_digest
{%- endmacro %}
