-- No import CTEs: PostgreSQL does not reorder joins across a view that has a WITH, and a build that recomputes
-- two metrics would read every observation there is.
select
    observations.batch_id,
    observations.file_row,
    observations.organization_id,
    observations.site_id,
    series.series_id,
    observations.period as raw_period,
    series.metric_name,
    series.period,
    series.metric_period_id,
    series.data_category,
    series.aggregation,
    -- Outside these magnitudes a conversion or a square could overflow and stop the build for everybody.
    case
        when {{ is_computable('observations.value') }} then observations.value * series.conversion_factor
    end as value,
    observations.data_quality,
    coalesce({{ canonical_name('observations.verification_status') }} = 'verified', false) as is_verified,
    coalesce(observations.reported_at, batches.loaded_at) as reported_at,
    {{ value_fault('observations.value', 'series.allow_negative', 'observations.data_quality') }} as value_fault,
    coalesce(
        series.rejection_reason,
        {{ value_fault('observations.value', 'series.allow_negative', 'observations.data_quality') }}
    ) as rejection_reason
from {{ source('raw', 'metric_observations') }} as observations
inner join {{ ref('stg_series') }} as series
    on
        observations.metric_name = series.raw_metric_name
        and observations.period = series.raw_period
        and observations.unit = series.raw_unit
inner join {{ source('raw', 'batches') }} as batches on observations.batch_id = batches.batch_id
