{% macro postgres__create_view_as(relation, sql) %}
    create view {{ relation }} with (security_invoker = true) as (
        {{ sql }}
    );
{% endmacro %}
