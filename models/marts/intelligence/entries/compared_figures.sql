with

releases as (
    select * from {{ ref('releases') }}
),

position_versions as (
    select * from {{ ref('position_versions') }}
),

cell_tree as (
    select * from {{ ref('cell_tree') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

released as (
    select releases.*
    from releases
    inner join position_versions
        on releases.metric_name = position_versions.metric_name and releases.period = position_versions.period
),

lines as (
    select
        cell_key,
        cell_key as related_key,
        level
    from cell_tree
    union all
    select
        cell_key,
        ancestor_key as related_key,
        ancestor_level as level
    from cell_ancestors
),

-- An industry is seen by those in it or, where it is not shown, by those in the nearest one above that is.
seen as (
    select distinct on (lines.cell_key, released.metric_name, released.period)
        released.*,
        lines.cell_key as seen_from
    from released
    inner join lines on released.cell_key = lines.related_key
    where released.cell_type = 'industry'
    order by lines.cell_key asc, released.metric_name asc, released.period asc, lines.level desc
),

figures as (
    select * from seen
    union all
    select
        released.*,
        cell_key as seen_from
    from released
    where cell_type = 'peer_group'
)

select
    cell_type,
    seen_from,
    metric_name,
    period,
    case cell_type when 'industry' then cell_key end as industry_code,
    contributor_count,
    (statistics -> 'mean')::numeric as mean,
    (statistics -> 'median')::numeric as median,
    (statistics -> 'p25')::numeric as p25,
    (statistics -> 'p75')::numeric as p75
from figures
