{% macro json_number(value) -%}
    {#- Nested, because only a CASE is sure to look at the type before the cast. -#}
    case jsonb_typeof({{ value }})
        when 'number'
            then case
                when {{ is_computable("(" ~ value ~ ")::numeric") }} then ({{ value }})::double precision
            end
    end
{%- endmacro %}
