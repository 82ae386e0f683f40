{% macro stored_comment(relation) -%}
    {#- Asked once for all: every model has a session of its own, and the first question of a session is dear. -#}
    {% if 'stored_comments' not in graph %}
        {% set comments = {} %}
        {% for name, comment in run_query("
            select pg_class.relnamespace::regnamespace || '.' || pg_class.relname, pg_description.description
            from pg_description
            inner join pg_class on pg_description.objoid = pg_class.oid
            where pg_description.classoid = 'pg_class'::regclass and pg_description.objsubid = 0
        ") %}
            {% do comments.update({name: comment}) %}
        {% endfor %}
        {% do graph.update({'stored_comments': comments}) %}
    {% endif %}
    {{ return(graph.stored_comments.get(relation.schema ~ '.' ~ relation.identifier)) }}
{%- endmacro %}
