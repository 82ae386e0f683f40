{% macro require_column_list(test_name, argument, given) %}
    {%- if given is string or given is mapping or given is not iterable or given | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            test_name ~ ': ' ~ argument ~ ' is a list of one or more columns, not ' ~ given | tojson) }}
    {%- endif -%}
{% endmacro %}
