{% macro nothing_changed(rows_of_before=none) -%}
    {%- set changed = config.get('changed') -%}
    {%- if changed is none -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set question -%}
        select exists (select from {{ ref(changed) }})
        {% if rows_of_before %} or exists (select from {{ rows_of_before }}){% endif %}
    {%- endset -%}
    {{- return(not run_query(question).columns[0][0]) -}}
{%- endmacro %}
