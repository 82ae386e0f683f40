{% macro renewed_expiry(expires_at) -%}
    {%- set lifetime = var('benchmark_lifetime_days') -%}
    {#- A row is renewed when half its life is over, so that a build without news writes nothing. -#}
    case
        when {{ expires_at }} between {{ as_of() }} + interval '{{ lifetime }} days' / 2
            and {{ as_of() }} + interval '{{ lifetime }} days'
            then {{ expires_at }}
        else {{ as_of() }} + interval '{{ lifetime }} days'
    end
{%- endmacro %}
