{% macro better_quartile(direction, p25, p75) -%}
    case {{ direction }} when 'lower_is_better' then {{ p25 }} when 'higher_is_better' then {{ p75 }} end
{%- endmacro %}
