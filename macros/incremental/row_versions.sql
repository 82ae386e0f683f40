{% macro row_versions() -%}
    {#- Where a version of a row stands, and the transaction that wrote it, are those of no other version. -#}
    sum(hashtidextended(ctid, xmin::text::bigint))
{%- endmacro %}
