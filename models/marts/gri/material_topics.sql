with

organization_industries as (
    select * from {{ source('platform', 'organization_industries') }}
),

industry_models as (
    select * from {{ ref('industry_models') }}
),

standards as (
    select * from {{ ref('gri_standards') }}
),

-- As in stg_organization_industries, which a member may not read.
latest_industries as (
    select distinct on (organization_id)
        organization_id,
        primary_industry
    from organization_industries
    order by organization_id asc, updated_at desc, id asc
),

topics as (
    select
        standards.standard_code,
        topic.value ->> 'number' as topic_number,
        topic.value ->> 'title' as topic_title
    from standards
    cross join lateral jsonb_array_elements(
        case jsonb_typeof(standards.topics) when 'array' then standards.topics else '[]' end
    ) as topic (value)
)

select
    latest_industries.organization_id,
    latest_industries.primary_industry as industry_code,
    industry_models.gri_standard as standard_code,
    topics.topic_number,
    topics.topic_title,
    case
        when industry_models.gri_standard is null then 'no_sector_standard'
        when topics.standard_code is null then 'topics_unknown'
        else 'likely_material'
    end as status
from latest_industries
left join industry_models on latest_industries.primary_industry = industry_models.industry_code
left join topics on industry_models.gri_standard = topics.standard_code
