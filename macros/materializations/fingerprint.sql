{% macro fingerprint(sql) -%}
    {#- Of the whole project: one file's change can show in another's columns. -#}
    {%- set files = graph.nodes.values() | map(attribute='checksum.checksum') | sort | join -%}
    {{- return('Built from ' ~ local_md5(sql ~ tojson(config.get('grants')) ~ local_md5(files))) -}}
{%- endmacro %}
