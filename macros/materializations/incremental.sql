{% materialization incremental, adapter='postgres' %}
    {% if load_cached_relation(this) is not none and not should_full_refresh() and nothing_changed() %}
        {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
        {{ return({'relations': [this]}) }}
    {% endif %}
    {{ return(materialization_incremental_default()) }}
{% endmaterialization %}
