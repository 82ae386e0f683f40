{% test unique_combination(model, columns=none) %}
    {{- require_column_list('unique_combination', 'columns', columns) -}}
    select
        {{ columns | join(',\n        ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
