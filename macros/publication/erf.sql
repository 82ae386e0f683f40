{% macro erf(x) -%}
    {#- PostgreSQL 15 has no erf(). Abramowitz and Stegun 7.1.26, for x >= 0, absolute error below 1.5e-7.
        From 6 on it is 1 to the last digit, and the exponential of a large square would be an error: underflow. -#}
    {%- set t = "(1 / (1 + 0.3275911 * " ~ x ~ "))" -%}
    (1 - {{ t }} * (0.254829592 + {{ t }} * (-0.284496736 + {{ t }} * (1.421413741
        + {{ t }} * (-1.453152027 + {{ t }} * 1.061405429)))) * exp(-power(least({{ x }}, 6), 2)))
{%- endmacro %}
