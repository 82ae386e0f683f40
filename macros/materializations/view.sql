{% materialization view, adapter='postgres' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set view = this.incorporate(type='view') -%}
    {%- set grants = config.get('grants') -%}
    {#- A view that names the moment of the build is replaced in every build, but never drops another view then. -#}
    {%- set built_from = fingerprint(sql | replace(as_of(), '')) -%}
    {%- set stands = stored_comment(view) == built_from and not should_full_refresh() -%}

    {% if existing is not none and not existing.is_view %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% if stands and as_of() not in sql %}
        {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
    {% else %}
        {% call statement('main') %}
            {{ get_create_view_as_sql(view, sql) }}
            comment on view {{ view }} is '{{ built_from }}';
        {% endcall %}
        {% do apply_grants(view, grants, should_revoke=should_revoke(existing, full_refresh_mode=True)) %}
        {% do adapter.commit() %}
        {% if not stands %}
            {% do graph.update({'makes_anew': true}) %}
        {% endif %}
    {% endif %}

    {{ return({'relations': [view]}) }}
{% endmaterialization %}
