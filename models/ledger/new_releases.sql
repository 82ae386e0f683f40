{{ config(alias='releases') }}

with

release_decisions as (
    select * from {{ ref('release_decisions') }}
)

-- What was withdrawn must be hidden before anything new is compared: depends_on: {{ ref('withdrawn_releases') }}
select
    cell_type,
    cell_key,
    metric_name,
    period,
    contributor_count,
    contributors,
    value_digests,
    figures,
    data_quality,
    withheld_by,
    '{{ tojson(thresholds()) }}'::jsonb as thresholds,
    {{ as_of() }} as released_at
from release_decisions
