{% macro nothing_changed() -%}
    {%- set changed = config.get('changed') -%}
    {{- return(changed is not none and is_empty(ref(changed))) -}}
{%- endmacro %}
