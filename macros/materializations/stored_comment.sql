{% macro stored_comment(relation) -%}
    {#- Asked once for all, as every model has a session of its own, and the first question of a session is dear; but again
        and again from when something was made anew, which may take with it the views that read it. -#}
    {%- set comments = graph.get('stored_comments') -%}
    {%- if comments is none or graph.get('makes_anew') -%}
        {%- set answer = run_query("
            select
                pg_class.relnamespace::regnamespace || '.' || pg_class.relname as relation,
                pg_description.description
            from pg_class
            inner join pg_description
                on pg_class.oid = pg_description.objoid and pg_description.classoid = 'pg_class'::regclass
            where pg_description.objsubid = 0
        ") -%}
        {%- set comments = dict(zip(answer.columns[0].values(), answer.columns[1].values())) -%}
        {%- do graph.update({'stored_comments': comments}) -%}
    {%- endif -%}
    {{- return(comments.get(relation.schema ~ '.' ~ relation.identifier)) -}}
{%- endmacro %}
