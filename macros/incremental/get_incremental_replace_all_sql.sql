{% macro get_incremental_replace_all_sql(arg_dict) %}
    {#- dbt's `table` drops what it replaces, and with it every view that reads it, until that is built again. -#}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ target }};

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}
