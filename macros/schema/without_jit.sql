{% macro without_jit() -%}
    set local jit = off;
{%- endmacro %}
