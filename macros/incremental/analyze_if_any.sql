{% macro analyze_if_any(relation, changed) -%}
    do $$ begin
        if exists (select from {{ changed }}) then
            analyze {{ relation }};
        end if;
    end $$
{%- endmacro %}
