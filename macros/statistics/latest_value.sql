{% macro latest_value(value, reported_at, condition) -%}
    {#- Arrays compare element by element, so the maximum is the latest; of two reported at once, the greater. -#}
    (max(array[extract(epoch from {{ reported_at }})::double precision, {{ value }}]) filter (where {{ condition }}))[2]
{%- endmacro %}
