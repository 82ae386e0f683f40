{% macro stored_comment(relation) -%}
    {{ return(run_query("select obj_description(to_regclass('" ~ relation ~ "'), 'pg_class')").columns[0].values()[0]) }}
{%- endmacro %}
