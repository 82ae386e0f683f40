with

supply_relations as (
    select * from {{ ref('supply_relations') }}
),

direct as (
    select
        buyer_id as organization_id,
        supplier_id,
        supplier_name,
        annual_spend,
        category_share,
        count(*) over (partition by buyer_id) as supplier_count,
        supplier_industry is not null
        and count(*) over (partition by buyer_id, supplier_industry) = 1 as is_only_one_of_industry
    from supply_relations
    where buyer_is_member
),

-- With the spend on one supplier unknown, every share is.
concentrations as (
    select
        organization_id,
        sum(power(annual_spend, 2)) / power(sum(annual_spend), 2) as herfindahl_index
    from direct
    group by organization_id
    having count(annual_spend) = count(*)
)

select
    organization_id,
    'single_source' as kind,
    supplier_id,
    supplier_name,
    null::double precision as herfindahl_index
from direct
where supplier_count = 1 or is_only_one_of_industry or category_share >= {{ var('single_source_share') }}
union all
select
    organization_id,
    'concentration' as kind,
    null as supplier_id,
    null as supplier_name,
    herfindahl_index
from concentrations
where herfindahl_index >= {{ var('concentration_index') }}
