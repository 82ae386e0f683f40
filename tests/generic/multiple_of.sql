{% test multiple_of(model, column_name, divisor=none, keys=none) %}
    {{- require_column_list('multiple_of', 'keys', keys) -}}
    {%- if divisor | string | int | string != divisor | string or divisor | int < 1 -%}
        {{ exceptions.raise_compiler_error('multiple_of: divisor is a whole number from 1 up, not ' ~ divisor | tojson) }}
    {%- endif -%}
    select
        {{ keys | join(',\n        ') }}
    from {{ model }}
    where {{ column_name }} % {{ divisor }} <> 0
{% endtest %}
