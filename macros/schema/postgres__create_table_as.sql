{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set is_read_once = temporary and config.get('incremental_strategy') == 'append_only' -%}
    {{ without_jit() }}
    create {{ 'temporary' if temporary }} {{ 'view' if is_read_once else 'table' }} {{ relation }} as (
        {{ sql }}
    );
{%- endmacro %}
