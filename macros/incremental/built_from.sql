{% macro built_from(relation) -%}
    obj_description('{{ relation }}'::regclass, 'pg_class')
{%- endmacro %}
