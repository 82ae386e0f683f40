{% macro quantile_is_allowed(contributor_count, quantile) -%}
    {{ contributor_count }} * least({{ quantile }}, 1 - {{ quantile }}) >= {{ var('minimum_contributors') }}
{%- endmacro %}
