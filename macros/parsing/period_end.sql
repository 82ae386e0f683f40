{% macro period_end(period) -%}
    {#- Calendar arithmetic on timestamps without a zone: the session's time zone must not move the end of a month. -#}
    case
        when {{ period }} like '%Q%'
            then make_timestamp(left({{ period }}, 4)::integer, right({{ period }}, 1)::integer * 3 - 2, 1, 0, 0, 0)
                + interval '3 months'
        when {{ period }} like '%-%'
            then make_timestamp(left({{ period }}, 4)::integer, right({{ period }}, 2)::integer, 1, 0, 0, 0)
                + interval '1 month'
        else make_timestamp({{ period }}::integer + 1, 1, 1, 0, 0, 0)
    end
{%- endmacro %}
