{% macro newest_first(proposed, released) -%}
    select * from {{ proposed }}
    union all
    select released.*
    from {{ released }} as released
    where not exists (
        select from {{ proposed }} as proposed
        where
            proposed.cell_type = released.cell_type
            and proposed.cell_key = released.cell_key
            and proposed.metric_name = released.metric_name
            and proposed.period = released.period
    )
{%- endmacro %}
