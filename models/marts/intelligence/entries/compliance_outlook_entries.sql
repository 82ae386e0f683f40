{%- set urgency = ['overdue', 'under_30_days', 'under_90_days', 'under_180_days', 'later', 'no_deadline_known'] -%}

with

regulatory_compliance as (
    select * from {{ ref('stg_regulatory_compliance') }}
),

-- Seconds, because a difference of moments fails where one of them is infinite.
dated as (
    select
        compliance_id,
        organization_id,
        regulation,
        jurisdiction,
        status,
        assessed_at,
        next_deadline,
        (extract(epoch from next_deadline) - extract(epoch from {{ as_of() }})) / 86400 as days_left
    from regulatory_compliance
),

judged as (
    select
        compliance_id,
        organization_id,
        regulation,
        jurisdiction,
        status,
        assessed_at,
        next_deadline,
        case
            when days_left < 0 then 'overdue'
            when days_left < 30 then 'under_30_days'
            when days_left < 90 then 'under_90_days'
            when days_left < 180 then 'under_180_days'
            when days_left >= 180 then 'later'
            else 'no_deadline_known'
        end as due
    from dated
)

-- How many days are left is not said: it would be wrong tomorrow.
select
    'compliance_outlook' as cache_type,
    organization_id::text as subject,
    null::text as period,
    jsonb_build_object(
        'status', (array_agg(due order by next_deadline asc nulls last))[1],
        'regulations', jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'regulation', regulation,
                'jurisdiction', jurisdiction,
                'status', status,
                'due', due,
                'next_deadline', {{ json_moment('next_deadline') }},
                'last_assessment', {{ json_moment('assessed_at') }}
            ))
            order by next_deadline asc nulls last, regulation asc, jurisdiction asc, compliance_id asc
        ),
        'counts', jsonb_build_object(
            {%- for due in urgency %}
                '{{ due }}', count(*) filter (where due = '{{ due }}'){{ ',' if not loop.last }}
            {%- endfor %}
        )
    ) as data
from judged
group by organization_id
