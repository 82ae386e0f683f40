{{ config(unique_key=['industry_code'], timestamps=['updated_at']) }}

with

industries as (
    select * from {{ ref('industry_catalogue') }}
),

standards as (
    select * from {{ ref('gri_standards') }}
),

-- What the platform or a bundle wrote under the same code stays as it is.
written_by_others as (
    select industry_code
    from {{ this }}
    where configuration ->> 'source' is distinct from 'catalogue'
)

select
    industries.industry_code,
    industries.industry_name,
    standards.standard_code as gri_standard,
    'standard' as model_type,
    jsonb_build_object(
        'source', 'catalogue', 'parent_industry_code', industries.parent_industry_code
    ) as configuration,
    coalesce(standards.topics, '[]'::jsonb) as material_topics,
    {{ as_of() }} as updated_at
from industries
left join standards on industries.gri_standard = standards.standard_code
where industries.industry_code not in (select written_by_others.industry_code from written_by_others)
