{% macro renewed_expiry(expires_at, lifetime=none) -%}
    {%- set lifetime = lifetime or "interval '" ~ var('benchmark_lifetime_days') ~ " days'" -%}
    {#- A row is renewed when half its life is over, so that a build without news writes nothing. -#}
    case
        when {{ expires_at }} between {{ as_of() }} + {{ lifetime }} / 2 and {{ as_of() }} + {{ lifetime }}
            then {{ expires_at }}
        else {{ as_of() }} + {{ lifetime }}
    end
{%- endmacro %}
