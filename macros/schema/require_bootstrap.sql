{% macro require_bootstrap() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') %}
        {% set needed = ['public.industry_benchmarks', 'public.network_benchmarks', 'public.network_intelligence_cache',
                         'raw.metric_observations', 'last_build.input_versions', 'ledger.releases', 'marts.reported_series'] %}
        {#- Asks about the role by name: dbt-postgres runs the hooks of a run as whoever logged in (dbt-adapters issue 1889). -#}
        {% set check %}
            select needed.name
            from unnest(array['{{ needed | join("', '") }}']) as needed (name)
            left join pg_namespace on split_part(needed.name, '.', 1) = pg_namespace.nspname
            left join pg_class
                on pg_namespace.oid = pg_class.relnamespace and split_part(needed.name, '.', 2) = pg_class.relname
            where has_table_privilege('{{ target.role }}', pg_class.oid, 'select') is not true
            union all
            {#- That of an older version takes no argument. #}
            select 'ledger.refresh_statistics'
            where
                not exists (
                    select from pg_proc
                    inner join pg_namespace on pg_proc.pronamespace = pg_namespace.oid
                    where
                        pg_namespace.nspname = 'ledger' and pg_proc.proname = 'refresh_statistics'
                        and pg_proc.pronargs = 1
                        and has_function_privilege('{{ target.role }}', pg_proc.oid, 'execute')
                )
        {% endset %}
        {% set missing = run_query(check).columns[0].values() %}
        {% if missing %}
            {{ exceptions.raise_compiler_error(
                missing | join(', ') ~ ' does not exist in database ' ~ target.dbname ~ ', or ' ~ target.role
                ~ ' may not use it: run "python -m scripts.bootstrap" first') }}
        {% endif %}
    {% endif %}
{% endmacro %}
