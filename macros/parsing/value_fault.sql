{% macro value_fault(value, allow_negative, data_quality) -%}
    {#- Nearly every value ends at the first line. -#}
    case
        when {{ value }} between 1e-100 and 1e100 and ({{ data_quality }} between 0 and 1) is not false then null
        when {{ value }} = 'NaN' then 'not a number'
        when {{ value }} in ('Infinity', '-Infinity') then 'infinite'
        when not {{ is_computable(value) }} then 'magnitude outside 1e-100 to 1e100'
        when {{ value }} < 0 and not {{ allow_negative }} then 'negative where the metric forbids it'
        when {{ data_quality }} not between 0 and 1 then 'data quality outside 0 to 1'
    end
{%- endmacro %}
