{% materialization table, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set table = this.incorporate(type='table') -%}
    {%- set grants = config.get('grants') -%}
    {#- The moment of a build changes no column. -#}
    {%- set built_from = fingerprint(sql | replace(as_of(), '')) -%}
    {%- set stands = stored_comment(table) == built_from and not should_full_refresh() -%}
    {%- set unchanged = stands and nothing_changed() -%}

    {% if unchanged and is_empty(table) %}
        {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
        {{ return({'relations': [table]}) }}
    {% endif %}
    {{ run_hooks(pre_hooks) }}
    {% if stands %}
        {% call statement('main') %}
            {{ without_jit() }}
            truncate {{ table }};
            {% if not unchanged %}
                insert into {{ table }}
                {{ sql }}
            {% endif %}
        {% endcall %}
    {% else %}
        {% if existing is not none %}
            {% do adapter.drop_relation(existing) %}
        {% endif %}
        {% do graph.update({'makes_anew': true}) %}
        {% call statement('main') %}
            {{ get_create_table_as_sql(False, table, sql) }}
            comment on table {{ table }} is '{{ built_from }}';
        {% endcall %}
        {% do create_indexes(table) %}
        {% do apply_grants(table, grants, should_revoke=False) %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}

    {{ return({'relations': [table]}) }}
{% endmaterialization %}
