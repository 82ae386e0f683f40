{% test rule_not_null(model, column_name, written_by=none) %}
    select id
    from {{ model }}
    where
        {{ column_name }} is null
        and not exists (
            select from pg_attribute as proof
            where
                proof.attrelid = to_regclass('{{ model }}')
                and proof.attname = '{{ column_name }}'
                and proof.attnotnull
                and not exists (
                    select from pg_constraint as unproven
                    where
                        unproven.conrelid = proof.attrelid
                        and unproven.contype = 'n'
                        and unproven.conkey = array[proof.attnum]
                        and not unproven.convalidated
                )
        )
{% endtest %}
