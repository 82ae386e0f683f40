{% test rule_unique(model, columns=none, nulls_distinct=true, written_by=none) %}
    {{- require_column_list('rule_unique', 'columns', columns) -}}
    select
        {{ columns | join(',\n        ') }},
        count(*) as row_count
    from {{ model }}
    where
        {% if nulls_distinct %}num_nulls({{ columns | join(', ') }}) = 0
        and {% endif %}not exists (
            select from pg_index as proof
            where
                proof.indrelid = to_regclass('{{ model }}')
                and proof.indisunique
                and proof.indisvalid
                and proof.indpred is null
                and proof.indexprs is null
                {%- if not nulls_distinct %}
                and proof.indnullsnotdistinct{% endif %}
                and (
                    select array_agg(keys.attname order by keys.attname)
                    from pg_attribute as keys
                    where
                        keys.attrelid = proof.indrelid
                        and keys.attnum = any((proof.indkey::smallint[])[:proof.indnkeyatts - 1])
                ) = array['{{ columns | sort | join("', '") }}']::name[]
        )
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
