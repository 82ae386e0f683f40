{% macro as_of() -%}
    '{{ var("as_of") or run_started_at.isoformat() }}'::timestamptz
{%- endmacro %}
