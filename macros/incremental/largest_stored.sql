{% macro largest_stored(relation, column) -%}
    {#- As a literal: of a subquery the planner would not know how little lies beyond, and would read everything. -#}
    {{ run_query('select coalesce(max(' ~ column ~ '), 0) from ' ~ relation).columns[0][0] if execute else 0 }}
{%- endmacro %}
