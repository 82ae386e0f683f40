{% test rule_foreign_key(model, column_name, to=none, field=none, written_by=none) %}
    {%- if to is none or field is not string -%}
        {{ exceptions.raise_compiler_error(
            'rule_foreign_key: to and field are a source or ref and a column of it, not '
            ~ [to | string, field] | tojson) }}
    {%- endif -%}
    {%- set is_readable = may_read(to, field) -%}
    select referring.id
    from {{ model }} as referring
    {% if is_readable %}left join {{ to }} as referred on referring.{{ column_name }} = referred.{{ field }}
    {% endif %}where
        referring.{{ column_name }} is not null
        {% if is_readable %}and referred.{{ field }} is null
        {% endif %}and not exists (
            select from pg_constraint as proof
            inner join pg_attribute as ours
                on proof.conrelid = ours.attrelid and proof.conkey = array[ours.attnum]
            inner join pg_attribute as theirs
                on proof.confrelid = theirs.attrelid and proof.confkey = array[theirs.attnum]
            inner join pg_class as their_table on proof.confrelid = their_table.oid
            inner join pg_namespace as their_schema on their_table.relnamespace = their_schema.oid
            where
                proof.conrelid = to_regclass('{{ model }}')
                and proof.contype = 'f'
                and proof.convalidated
                and ours.attname = '{{ column_name }}'
                and theirs.attname = '{{ field }}'
                and their_table.relname = '{{ to.identifier }}'
                and their_schema.nspname = '{{ to.schema }}'
                and not exists (
                    select from pg_trigger as enforcement
                    where enforcement.tgconstraint = proof.oid and enforcement.tgenabled in ('D', 'R')
                )
        )
{% endtest %}
