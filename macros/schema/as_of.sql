{% macro as_of() -%}
    {#- A moment without an offset is UTC, whatever the session's time zone. -#}
    {%- set moment = (var("as_of") or run_started_at.isoformat()) | string -%}
    {%- set has_offset = "Z" in moment or "+" in moment[10:] or "-" in moment[10:] -%}
    '{{ moment }}{{ "" if has_offset else "+00" }}'::timestamptz
{%- endmacro %}
