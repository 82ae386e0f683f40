with

positions as (
    select * from {{ ref('positions') }}
),

entry_versions as (
    select * from {{ ref('position_entry_versions') }}
),

organizations as (
    select * from {{ ref('positioned_organizations') }}
),

cached_before as (
    select * from {{ source('cache', 'network_intelligence_cache') }}
),

listed as (
    select
        positions.organization_id,
        positions.period,
        case
            when bool_or(positions.status = 'published') then 'compared'
            when bool_or(positions.status = 'industry_unknown') then 'industry_unknown'
            else 'insufficient_data'
        end as status,
        jsonb_strip_nulls(jsonb_agg(
            jsonb_build_object(
                'metric', positions.metric_name,
                'unit', positions.unit,
                'direction', positions.direction,
                'value', positions.value::numeric,
                'benchmark', positions.benchmark_type,
                'status', positions.status,
                'industry', positions.industry_code,
                'contributors', positions.contributor_count,
                'mean', positions.mean,
                'median', positions.median,
                'p25', positions.p25,
                'p75', positions.p75,
                'quartile', positions.quartile,
                'gap_to_median', positions.gap_to_median,
                'gap_to_better_quartile', positions.gap_to_better_quartile
            )
            order by positions.metric_name, positions.benchmark_type
        )) as positions
    from positions
    inner join entry_versions
        on positions.organization_id = entry_versions.organization_id and positions.period = entry_versions.period
    where not entry_versions.is_cached
    group by positions.organization_id, positions.period
),

worked_out as (
    select
        listed.organization_id,
        listed.period,
        jsonb_build_object(
            'status', listed.status,
            'period', listed.period,
            'basis', case when organizations.is_part_of_a_group then 'unconsolidated' else 'as_counted' end,
            'version', entry_versions.version,
            'positions', listed.positions
        ) as data
    from listed
    inner join organizations on listed.organization_id = organizations.organization_id
    inner join entry_versions
        on listed.organization_id = entry_versions.organization_id and listed.period = entry_versions.period
),

kept as (
    select
        entry_versions.organization_id,
        entry_versions.period,
        cached_before.data
    from entry_versions
    inner join cached_before
        on
            entry_versions.organization_id = cached_before.organization_id
            and cached_before.cache_type = 'peer_position'
            and entry_versions.period = cached_before.data ->> 'period'
    where entry_versions.is_cached
),

entries as (
    select * from worked_out
    union all
    select * from kept
)

select
    'peer_position' as cache_type,
    organization_id::text as subject,
    period,
    data
from entries
