{% macro postgres__create_view_as(relation, sql) %}
    do $create$ begin
        create or replace view {{ relation }} with (security_invoker = true) as (
            {{ sql }}
        );
    exception when invalid_table_definition then -- other columns than before
        drop view {{ relation }} cascade;
        create view {{ relation }} with (security_invoker = true) as (
            {{ sql }}
        );
    end $create$;
{% endmacro %}
