with

material_topics as (
    select * from {{ ref('material_topics') }}
),

standards as (
    select * from {{ ref('gri_standards') }}
),

reported as (
    select * from {{ ref('reported_disclosures') }}
),

periods as (
    select distinct
        organization_id,
        period
    from reported
),

topics as (
    select
        standards.standard_code,
        topic.value ->> 'number' as topic_number,
        topic.value -> 'disclosures' as disclosures
    from standards
    cross join lateral jsonb_array_elements(
        case jsonb_typeof(standards.topics) when 'array' then standards.topics else '[]' end
    ) as topic (value)
),

-- One row per topic and disclosure of the metric catalogue that asks about it.
asked as (
    select
        topics.standard_code,
        topics.topic_number,
        disclosure.gri_disclosure
    from topics
    cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(topics.disclosures) when 'array' then topics.disclosures else '[]' end
    ) as disclosure (gri_disclosure)
),

counted as (
    select
        material_topics.organization_id,
        material_topics.standard_code,
        material_topics.topic_number,
        material_topics.topic_title,
        periods.period,
        count(asked.gri_disclosure) as disclosure_count,
        count(reported.gri_disclosure) as reported_count
    from material_topics
    left join periods on material_topics.organization_id = periods.organization_id
    left join asked
        on
            material_topics.standard_code = asked.standard_code
            and material_topics.topic_number = asked.topic_number
    left join reported
        on
            material_topics.organization_id = reported.organization_id
            and periods.period = reported.period
            and asked.gri_disclosure = reported.gri_disclosure
    where material_topics.status = 'likely_material'
    group by
        material_topics.organization_id, material_topics.standard_code, material_topics.topic_number,
        material_topics.topic_title, periods.period
)

select
    organization_id,
    standard_code,
    topic_number,
    topic_title,
    period,
    case
        when disclosure_count = 0 then 'not_measured'
        when reported_count = 0 then 'not_reported'
        when reported_count < disclosure_count then 'partly_reported'
        else 'reported'
    end as status,
    disclosure_count,
    reported_count
from counted
