{% macro magnitude_bound(magnitude) -%}
    (case when {{ magnitude }} = 0 then 0 else 2 ^ ceil(ln({{ magnitude }}) / ln(2::double precision)) end)
{%- endmacro %}
