with

overlapping_cells as (
    select * from {{ ref('overlapping_cells') }}
),

cells as (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

first_releases as (
    select
        cell_type,
        cell_key,
        metric_name,
        period,
        min(released_at) as first_released_at
    from earlier_releases
    group by cell_type, cell_key, metric_name, period
),

overlapping as (
    select
        metric_name,
        period,
        cell_type,
        cell_key,
        count(*) as overlap_count
    from overlapping_cells
    group by metric_name, period, cell_type, cell_key
),

-- Whoever was shown first stays; else whoever stands in fewest others' way; else an industry, and who speaks for most.
ranked as (
    select
        overlapping.metric_name,
        overlapping.period,
        overlapping.cell_type,
        overlapping.cell_key,
        row_number() over (
            partition by overlapping.metric_name, overlapping.period
            order by
                first_releases.first_released_at asc nulls last, overlapping.overlap_count asc,
                overlapping.cell_type asc, cells.contributor_count desc, overlapping.cell_key asc
        ) as place
    from overlapping
    inner join cells
        on
            overlapping.cell_type = cells.cell_type
            and overlapping.cell_key = cells.cell_key
            and overlapping.metric_name = cells.metric_name
            and overlapping.period = cells.period
    left join first_releases
        on
            overlapping.cell_type = first_releases.cell_type
            and overlapping.cell_key = first_releases.cell_key
            and overlapping.metric_name = first_releases.metric_name
            and overlapping.period = first_releases.period
)

-- A cell gives way even to one that gives way itself: that errs on the side of showing less.
select distinct
    overlapping_cells.metric_name,
    overlapping_cells.period,
    overlapping_cells.cell_type,
    overlapping_cells.cell_key
from overlapping_cells
inner join ranked
    on
        overlapping_cells.metric_name = ranked.metric_name
        and overlapping_cells.period = ranked.period
        and overlapping_cells.cell_type = ranked.cell_type
        and overlapping_cells.cell_key = ranked.cell_key
inner join ranked as other
    on
        overlapping_cells.metric_name = other.metric_name
        and overlapping_cells.period = other.period
        and overlapping_cells.other_type = other.cell_type
        and overlapping_cells.other_key = other.cell_key
where other.place < ranked.place
