{% macro postgres__create_schema(relation) %}
    {{ exceptions.raise_compiler_error(
        'schema ' ~ relation.schema ~ ' does not exist in database ' ~ target.dbname
        ~ ': run "python -m scripts.bootstrap" first') }}
{% endmacro %}
