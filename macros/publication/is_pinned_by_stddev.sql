{% macro is_pinned_by_stddev(contributor_count, total, square_total, largest) -%}
    {#- Mean and stddev give the sum and the sum of squares. Could the largest be a tenth smaller? As many contributors as
        fit would then have nine tenths of it, and one what is left. Could it be a tenth larger? All others would then be
        equal. If neither fits, it is known to within 10 %. -#}
    {%- set smaller = "(0.9 * " ~ largest ~ ")" -%}
    {%- set as_many = "floor(" ~ total ~ " / nullif(" ~ smaller ~ ", 0))" -%}
    {%- set variance = "greatest(" ~ square_total ~ " - power(" ~ total ~ ", 2) / " ~ contributor_count ~ ", 0)" -%}
    (
        {{ as_many }} * power({{ smaller }}, 2) + power({{ total }} - {{ as_many }} * {{ smaller }}, 2) < {{ square_total }}
        and {{ total }} / nullif({{ contributor_count }}, 0)
        + sqrt({{ variance }} * ({{ contributor_count }} - 1) / nullif({{ contributor_count }}, 0)) <= 1.1 * {{ largest }}
    )
{%- endmacro %}
