{% macro may_read(relation, column) %}
    {%- if not execute or relation is string -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set privileges -%}
        select
            has_schema_privilege(pg_namespace.oid, 'usage')
            and has_column_privilege(pg_class.oid, '{{ column }}', 'select')
        from pg_class
        inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
        where pg_namespace.nspname = '{{ relation.schema }}' and pg_class.relname = '{{ relation.identifier }}'
    {%- endset -%}
    {{ return(run_query(privileges).columns[0].values() != (false,)) }}
{% endmacro %}
