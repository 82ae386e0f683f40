{% macro relative_change(before, after) -%}
    {#- Of figures as published, so that it says nothing that these do not. A change from 0 has no share. -#}
    round((({{ after }} - {{ before }}) / nullif(abs({{ before }}), 0))::numeric, 4)::double precision
{%- endmacro %}
