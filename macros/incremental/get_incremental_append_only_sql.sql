{% macro get_incremental_append_only_sql(arg_dict) %}
    {#- Unlike dbt's own append it leaves out the columns that the model does not give: identities. -#}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set columns = adapter.get_columns_in_relation(source) | map(attribute='quoted') | join(', ') -%}
    {{ without_jit() }}
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ source }}
{% endmacro %}
