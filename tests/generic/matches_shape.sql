{% test matches_shape(model, column_name, shapes=none, type_column=none, keys=none) %}
    {{- require_column_list('matches_shape', 'keys', keys) -}}
    {%- if type_column is not string -%}
        {{ exceptions.raise_compiler_error(
            'matches_shape: type_column is the column that names the shape, not ' ~ type_column | tojson) }}
    {%- endif -%}
    with recursive

    shapes as (
        select
            {{ type_column }} as document_type,
            path,
            json_type,
            is_required,
            substring(path from '[^.\[\]]+$') as last_key,
            regexp_replace(path, '\.?[^.\[\]]+$', '') as parent_path
        from {{ shapes }}
    ),

    -- Every value of every document, with the path that leads to it.
    found as (
        select
            {{ keys | join(',\n            ') }},
            {{ type_column }} as document_type,
            '' as path,
            {{ column_name }} as value
        from {{ model }}
        union all
        select
            {% for key in keys %}found.{{ key }},
            {% endfor %}found.document_type,
            ltrim(found.path || inside.step, '.') as path,
            inside.value
        from found
        cross join lateral (
            select
                '.' || member.key as step,
                member.value
            from jsonb_each(case jsonb_typeof(found.value) when 'object' then found.value else '{}' end) as member
            union all
            select
                '[]' as step,
                element.value
            from jsonb_array_elements(case jsonb_typeof(found.value) when 'array' then found.value else '[]' end)
                as element (value)
        ) as inside
    )

    select
        {% for key in keys %}found.{{ key }},
        {% endfor %}found.path,
        'unexpected, or of another type' as finding
    from found
    left join shapes
        on
            found.document_type = shapes.document_type
            and found.path = shapes.path
            and jsonb_typeof(found.value) = shapes.json_type
    where shapes.path is null and (found.path <> '' or jsonb_typeof(found.value) <> 'object')
    union all
    select
        {% for key in keys %}found.{{ key }},
        {% endfor %}shapes.path,
        'missing' as finding
    from found
    inner join shapes on found.document_type = shapes.document_type and found.path = shapes.parent_path
    where
        shapes.is_required
        and jsonb_typeof(found.value) = 'object'
        and not found.value ? shapes.last_key
{% endtest %}
