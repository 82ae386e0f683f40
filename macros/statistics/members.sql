{% macro members(contributors, value_digests) -%}
    {#- In the select list, and not in `from`, where PostgreSQL writes down what several arrays hold before it reads it. -#}
    select
        unnest({{ contributors }}) as contributor,
        unnest({{ value_digests }}) as digest
{%- endmacro %}
