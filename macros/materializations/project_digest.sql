{% macro project_digest() -%}
    {#- One file's change can show in another's columns. -#}
    {{- return(local_md5(graph.nodes.values() | map(attribute='checksum.checksum') | sort | join)) -}}
{%- endmacro %}
