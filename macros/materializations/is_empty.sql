{% macro is_empty(relation) -%}
    {{ return(not run_query('select exists (select from ' ~ relation ~ ')').columns[0][0]) }}
{%- endmacro %}
