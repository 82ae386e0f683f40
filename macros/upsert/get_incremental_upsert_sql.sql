{% macro get_incremental_upsert_sql(arg_dict) %}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = adapter.get_columns_in_relation(source) | map(attribute='quoted') | list -%}
    {%- set quoted_key = key | map('tojson') | list -%}
    {%- set timestamps = config.get('timestamps', []) | map('tojson') | list -%}
    {%- set nullable = config.get('nullable_keys', []) | map('tojson') | list -%}
    {%- set updated = columns | reject('in', quoted_key) | list -%}
    {%- set compared = updated | reject('in', timestamps) | list -%}

    {% if config.get('delete_missing', false) %}
        delete from {{ target }} as target
        where not exists (
            select from {{ source }} as source
            where {% for column in quoted_key -%}
                source.{{ column }} {{ 'is not distinct from' if column in nullable else '=' }} target.{{ column }}
                {{- ' and ' if not loop.last }}
            {%- endfor %}
        );
    {% endif %}

    insert into {{ target }} as target ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from {{ source }}
    on conflict ({{ quoted_key | join(', ') }})
    {% if compared %}
        do update set
            {% for column in updated %}{{ column }} = excluded.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        where
            (target.{{ compared | join(', target.') }})
            is distinct from (excluded.{{ compared | join(', excluded.') }});
    {% else %}
        do nothing;
    {% endif %}
{% endmacro %}
