{% test rule_check(model, expression=none, written_by=none) %}
    {%- if expression is not string -%}
        {{ exceptions.raise_compiler_error(
            'rule_check: expression is what the CHECK says, not ' ~ expression | tojson) }}
    {%- endif -%}
    select id
    from {{ model }}
    where
        not ({{ expression }})
        and not exists (
            select from pg_constraint as proof
            where
                proof.conrelid = to_regclass('{{ model }}')
                and proof.contype = 'c'
                and proof.convalidated
                and pg_get_expr(proof.conbin, proof.conrelid, true) = '{{ expression | replace("'", "''") }}'
        )
{% endtest %}
