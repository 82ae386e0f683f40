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
    {%- set same_key -%}
        {% for column in quoted_key -%}
            stored.{{ column }} {{ 'is not distinct from' if column in nullable else '=' }} source.{{ column }}
            {{- ' and ' if not loop.last }}
        {%- endfor %}
    {%- endset -%}

    {% if config.get('delete_missing', false) %}
        delete from {{ target }} as stored
        where not exists (select from {{ source }} as source where {{ same_key }});
    {% endif %}

    {#- What is stored already leaves the batch: ON CONFLICT alone would lock every row of it, and looking it up while
        inserting would read the new rows again and again. -#}
    delete from {{ source }} as source
    using {{ target }} as stored
    where
        {{ same_key }}
        {% if compared %}
            and (stored.{{ compared | join(', stored.') }})
            is not distinct from (source.{{ compared | join(', source.') }})
        {% endif %};

    insert into {{ target }} as stored ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from {{ source }}
    on conflict ({{ quoted_key | join(', ') }})
    {% if compared %}
        do update set
            {% for column in updated %}{{ column }} = excluded.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        where
            (stored.{{ compared | join(', stored.') }})
            is distinct from (excluded.{{ compared | join(', excluded.') }});
    {% else %}
        do nothing;
    {% endif %}
{% endmacro %}
