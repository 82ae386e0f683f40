{{ config(unique_key=['standard_code']) }}

with

standards as (
    select * from {{ ref('gri_sector_standards') }}
),

topics as (
    select * from {{ ref('gri_sector_topics') }}
),

topics_by_standard as (
    select
        standard_code,
        jsonb_agg(
            jsonb_build_object('number', topic_number, 'title', topic_title)
            order by string_to_array(topic_number, '.')::integer[]
        ) as topics
    from topics
    group by standard_code
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
