with

catalogue as (
    select * from {{ ref('metric_catalogue') }}
),

from_bundles as (
    select * from {{ source('raw', 'metrics') }}
),

from_catalogue as (
    select
        metric_name,
        category as data_category,
        unit,
        metric_type,
        direction,
        aggregation,
        allow_negative,
        component_of
    from catalogue
),

-- A bundle adds metrics; it cannot redefine one of the catalogue.
added as (
    select distinct on ({{ canonical_name('metric_name') }})
        {{ canonical_name('metric_name') }} as metric_name,
        {{ canonical_name('category') }} as data_category,
        trim(unit) as unit,
        coalesce({{ canonical_name('metric_type') }}, 'absolute') as metric_type,
        coalesce({{ canonical_name('direction') }}, 'neutral') as direction,
        coalesce({{ canonical_name('aggregation') }}, 'sum') as aggregation,
        coalesce(allow_negative, false) as allow_negative,
        {{ canonical_name('component_of') }} as component_of
    from from_bundles
    where {{ canonical_name('metric_name') }} not in (select from_catalogue.metric_name from from_catalogue)
    order by {{ canonical_name('metric_name') }}, metric_name
)

select * from from_catalogue
union all
select * from added
