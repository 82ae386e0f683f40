{% macro describe_values(values_array) -%}
    {#- One sort serves every order statistic, and summing in that order makes the mean repeatable to the last bit.
        The two largest magnitudes are among the two lowest and the two highest values.
        A value that nine of ten share is the median, so its share needs no search for the mode. -#}
    {%- set n = "cardinality(" ~ values_array ~ ")" -%}
    select
        count(*) as contributor_count,
        avg(value) as mean,
        stddev_samp(value) as stddev,
        sum(abs(value)) as absolute_total,
        percentile_cont(array[0.1, 0.25, 0.5, 0.75, 0.9]) within group (order by value) as quantiles,
        percentile_disc(0.5) within group (order by value) as middle_value,
        {{ descending_magnitudes(
            "percentile_disc(array[0.5 / " ~ n ~ ", least(1.5 / " ~ n ~ ", 1), greatest(1 - 1.5 / " ~ n ~ ", 0), 1 - 0.5 / "
            ~ n ~ "]) within group (order by value)"
        ) }} as largest_values
    from (
        select unnest({{ values_array }}) as value
        order by value
    ) as sorted
{%- endmacro %}
