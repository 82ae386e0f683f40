with

positions as (
    select * from {{ ref('positions') }}
),

position_periods as (
    select * from {{ ref('position_periods') }}
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
        jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'metric', positions.metric_name,
                'unit', positions.unit,
                'direction', positions.direction,
                'value', positions.value,
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
            ))
            order by positions.metric_name, positions.benchmark_type
        ) as positions
    from positions
    inner join position_periods on positions.period = position_periods.period
    where position_periods.is_stale and positions.organization_id is not null
    group by positions.organization_id, positions.period
),

worked_out as (
    select
        listed.organization_id,
        listed.period,
        jsonb_build_object(
            'status', listed.status,
            'period', listed.period,
            'version', position_periods.version,
            'positions', listed.positions
        ) as data
    from listed
    inner join position_periods on listed.period = position_periods.period
),

kept as (
    select
        cached_before.organization_id,
        position_periods.period,
        cached_before.data
    from cached_before
    inner join position_periods on cached_before.data ->> 'period' = position_periods.period
    inner join organizations on cached_before.organization_id = organizations.organization_id
    where
        cached_before.cache_type = 'peer_position'
        and cached_before.data ? 'version'
        and not position_periods.is_stale
        and not organizations.is_part_of_a_group
),

in_groups as (
    select
        organizations.organization_id,
        position_periods.period,
        jsonb_build_object('status', 'part_of_a_group', 'period', position_periods.period) as data
    from organizations
    cross join position_periods
    where organizations.is_part_of_a_group
),

entries as (
    select * from worked_out
    union all
    select * from kept
    union all
    select * from in_groups
)

select
    'peer_position' as cache_type,
    organization_id::text as subject,
    period,
    data
from entries
