{% macro analyze_if_any(changed) -%}
    do $$ begin
        if exists (select from {{ changed }}) then
            perform ledger.refresh_statistics('{{ this }}');
        end if;
    end $$
{%- endmacro %}
