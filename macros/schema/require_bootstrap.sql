{% macro require_bootstrap() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') %}
        {% set needed = ['public.industry_benchmarks', 'public.network_benchmarks', 'public.network_intelligence_cache',
                         'raw.metric_observations', 'last_build.metric_periods', 'ledger.releases'] %}
        {% set check %}
            select name from unnest(array['{{ needed | join("', '") }}']) as name where to_regclass(name) is null
        {% endset %}
        {% set missing = run_query(check).columns[0].values() %}
        {% if missing %}
            {{ exceptions.raise_compiler_error(
                'table ' ~ missing | join(', ') ~ ' does not exist in database ' ~ target.dbname
                ~ ': run "python -m scripts.bootstrap" first') }}
        {% endif %}
    {% endif %}
{% endmacro %}
