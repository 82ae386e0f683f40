{% macro json_moment(moment) -%}
    {#- As jsonb writes it, a moment would follow the session's time zone, and be another text in another session. -#}
    case
        when isfinite({{ moment }}) then to_char({{ moment }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    end
{%- endmacro %}
