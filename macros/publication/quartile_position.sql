{% macro quartile_position(value, direction, p25, median, p75) -%}
    {#- From the value and what is published alone: whoever has the same value has the same quarter. -#}
    case
        when num_nulls({{ value }}, {{ p25 }}, {{ median }}, {{ p75 }}) > 0 then null
        when {{ direction }} = 'higher_is_better'
            then case
                when {{ value }} >= {{ p75 }} then 1
                when {{ value }} >= {{ median }} then 2
                when {{ value }} >= {{ p25 }} then 3
                else 4
            end
        when {{ value }} <= {{ p25 }} then 1
        when {{ value }} <= {{ median }} then 2
        when {{ value }} <= {{ p75 }} then 3
        else 4
    end
{%- endmacro %}
