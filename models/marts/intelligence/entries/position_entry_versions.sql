{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with

position_versions as (
    select * from {{ ref('position_versions') }}
),

organizations as (
    select * from {{ ref('positioned_organizations') }}
),

compared_cells as (
    select * from {{ ref('compared_cells') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

cached_before as (
    select * from {{ source('cache', 'network_intelligence_cache') }}
),

periods as (
    select
        period,
        md5(string_agg(concat_ws('|', metric_name, figures), ';' order by metric_name)) as figures
    from position_versions
    where figures is not null
    group by period
),

own_cells as (
    select
        organization_id,
        string_agg(concat_ws('|', cell_type, cell_key), ';' order by cell_type, cell_key) as cells
    from compared_cells
    group by organization_id
),

-- From nothing but what the organisation may know: a version that changed with others would tell that they did.
current_versions as (
    select
        organizations.organization_id,
        periods.period,
        md5(concat_ws(
            ';',
            {{ model_digest('positions') }},
            {{ model_digest('peer_position_entries') }},
            organizations.is_part_of_a_group,
            own_cells.cells,
            periods.figures
        )) as version
    from organizations
    inner join own_cells on organizations.organization_id = own_cells.organization_id
    cross join periods
)

select
    current_versions.organization_id,
    current_versions.period,
    current_versions.version,
    coalesce(cached_before.data ->> 'version' = current_versions.version, false)
    and current_versions.period not in (select changed_metric_periods.period from changed_metric_periods)
        as is_cached
from current_versions
left join cached_before
    on
        current_versions.organization_id = cached_before.organization_id
        and cached_before.cache_type = 'peer_position'
        and current_versions.period = cached_before.data ->> 'period'
