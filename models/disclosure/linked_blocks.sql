with

cells as not materialized (
    select * from {{ ref('cells') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

changed_metric_periods as (
    select * from {{ ref('changed_metric_periods') }}
),

parent_cells as (
    select * from {{ ref('parent_cells') }}
),

cell_ancestors as (
    select * from {{ ref('cell_ancestors') }}
),

links as (
    select
        metrics.metric_name,
        metrics.component_of as total_name,
        changed_metric_periods.period
    from metrics
    inner join changed_metric_periods on metrics.metric_name = changed_metric_periods.metric_name
    where
        exists (
            select from cells
            where cells.metric_name = metrics.component_of and cells.period = changed_metric_periods.period
        )
),

-- Who stands in no cell below: of a cell with nobody below it, everybody.
blocks as (
    select
        cells.metric_name,
        cells.period,
        cells.cell_key,
        cells.contributors
    from cells
    left join parent_cells on cells.cell_key = parent_cells.cell_key
    where
        cells.cell_type = 'direct'
        or (cells.cell_type in ('industry', 'network') and parent_cells.cell_key is null)
),

component_blocks as (
    select
        links.metric_name,
        links.total_name,
        links.period,
        blocks.cell_key,
        blocks.contributors
    from links
    inner join blocks on links.metric_name = blocks.metric_name and links.period = blocks.period
),

total_blocks as (
    select
        links.metric_name,
        links.total_name,
        links.period,
        blocks.cell_key,
        blocks.contributors
    from links
    inner join blocks on links.total_name = blocks.metric_name and links.period = blocks.period
),

compared as (
    select
        coalesce(component.metric_name, total.metric_name) as metric_name,
        coalesce(component.total_name, total.total_name) as total_name,
        coalesce(component.period, total.period) as period,
        coalesce(component.cell_key, total.cell_key) as cell_key,
        coalesce(cardinality(component.contributors), 0) as reporting,
        coalesce(cardinality(total.contributors), 0) as reporting_total,
        {{ differing_contributors(
            "coalesce(component.contributors, '{}')", "coalesce(total.contributors, '{}')"
        ) }} as differing
    from component_blocks as component
    full outer join total_blocks as total
        on
            component.metric_name = total.metric_name
            and component.period = total.period
            and component.cell_key = total.cell_key
),

-- Where several components are too near to their total, it is the total that gives way.
total_compared as (
    select
        compared.total_name,
        compared.period,
        compared.cell_key,
        least(min(compared.differing), max(compared.reporting_total)) as told_apart,
        count(*) filter (
            where
            {{ is_too_small_a_difference('compared.differing') }}
            and compared.reporting >= {{ var('minimum_contributors') }}
        ) > 1 as gives_way
    from compared
    left join links on compared.total_name = links.metric_name and compared.period = links.period
    where links.metric_name is null
    group by compared.total_name, compared.period, compared.cell_key
),

-- A block in which nobody reports the component belongs to the nearest cell in which somebody does.
component_compared as (
    select
        compared.metric_name,
        compared.period,
        compared.differing,
        coalesce(nearest.cell_key, compared.cell_key) as cell_key,
        case
            when total_compared.gives_way then compared.reporting
            else least(compared.differing, compared.reporting)
        end as told_apart
    from compared
    left join total_compared
        on
            compared.total_name = total_compared.total_name
            and compared.period = total_compared.period
            and compared.cell_key = total_compared.cell_key
    left join lateral (
        select cell_ancestors.ancestor_key as cell_key
        from cell_ancestors
        inner join cells
            on cell_ancestors.ancestor_key = cells.cell_key and cell_ancestors.ancestor_type = cells.cell_type
        where
            compared.reporting = 0
            and cell_ancestors.cell_key = compared.cell_key
            and cells.metric_name = compared.metric_name
            and cells.period = compared.period
            and not exists (
                select from cells as own
                where
                    own.cell_type = 'industry'
                    and own.cell_key = compared.cell_key
                    and own.metric_name = compared.metric_name
                    and own.period = compared.period
            )
        order by cell_ancestors.ancestor_level desc
        limit 1
    ) as nearest on true
)

select
    metric_name,
    period,
    cell_key,
    sum(differing) as differing,
    sum(told_apart) as told_apart
from component_compared
group by metric_name, period, cell_key
union all
select
    total_name as metric_name,
    period,
    cell_key,
    gives_way::integer as differing,
    told_apart
from total_compared
