{% macro share_of_value(values_array, value) -%}
    (
        select count(*) filter (where element = {{ value }})::double precision / count(*)
        from unnest({{ values_array }}) as element
    )
{%- endmacro %}
