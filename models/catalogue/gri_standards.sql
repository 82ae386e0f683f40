{{ config(unique_key=['standard_code']) }}

with

standards as (
    select * from {{ ref('gri_sector_standards') }}
),

topics as (
    select * from {{ ref('gri_sector_topics') }}
),

disclosures as (
    select * from {{ ref('gri_topic_disclosures') }}
),

disclosures_by_topic as (
    select
        topic_number,
        jsonb_agg(gri_disclosure order by string_to_array(gri_disclosure, '-')::integer[]) as disclosures
    from disclosures
    group by topic_number
),

topics_by_standard as (
    select
        topics.standard_code,
        jsonb_agg(
            jsonb_build_object(
                'number', topics.topic_number,
                'title', topics.topic_title,
                'disclosures', coalesce(disclosures_by_topic.disclosures, '[]'::jsonb)
            )
            order by string_to_array(topics.topic_number, '.')::integer[]
        ) as topics
    from topics
    left join disclosures_by_topic on topics.topic_number = disclosures_by_topic.topic_number
    group by topics.standard_code
)

select
    standards.standard_code,
    standards.industry,
    standards.version,
    topics_by_standard.topics,
    jsonb_build_object('report', 'every likely material topic, or the reason why it is not material') as requirements,
    standards.effective_date
from standards
inner join topics_by_standard on standards.standard_code = topics_by_standard.standard_code
