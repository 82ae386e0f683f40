{% macro model_digest(model_name) -%}
    '{{ local_md5(graph.nodes["model." ~ project_name ~ "." ~ model_name].raw_code) if execute else "" }}'
{%- endmacro %}
