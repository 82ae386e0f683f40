{% macro reported_values(observations, metric_periods, reporter) -%}
    select
        {{ metric_periods }}.metric_name,
        {{ metric_periods }}.period,
        by_reporter.{{ reporter }},
        case {{ metric_periods }}.aggregation
            when 'sum' then by_reporter.value_sum
            when 'mean' then by_reporter.value_sum / by_reporter.value_count
            when 'latest' then by_reporter.latest_value
        end as value,
        by_reporter.data_quality
    from (
        select
            report_number >> 32 as metric_period_id,
            {{ reporter }},
            sum(value) as value_sum,
            count(value) as value_count,
            {{ latest_value('value', 'reported_at', 'takes_latest') }} as latest_value,
            avg(data_quality) as data_quality
        {#- A verified value is replaced only by a later verified one. One number sorts faster than what it stands for: the
            metric and period above, below them a hash of the reporter, made positive, which two may share. #}
        from (
            select distinct on (report_number, {{ reporter }}, organization_id, site_id)
                (metric_period_id << 32) + uuid_hash({{ reporter }}) + 2147483648 as report_number,
                {{ reporter }},
                value,
                takes_latest,
                data_quality,
                reported_at
            from {{ observations }}
            order by
                report_number asc, {{ reporter }} asc, organization_id asc, site_id asc,
                is_verified desc, reported_at desc, batch_id desc, file_row desc
        ) as latest_versions
        group by report_number, {{ reporter }}
    ) as by_reporter
    inner join {{ metric_periods }} on by_reporter.metric_period_id = {{ metric_periods }}.metric_period_id
{%- endmacro %}
