{% macro get_incremental_replace_changed_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set key = get_quoted_csv(arg_dict['unique_key']) -%}
    {#- Whatever a model's hook forbids the planner is meant for the model's query. -#}
    set local enable_nestloop = on;
    delete from {{ arg_dict['target_relation'] }}
    where ({{ key }}) in (select {{ key }} from {{ ref(config.require('changed')) }});

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}
