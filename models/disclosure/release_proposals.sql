{{ config(materialized='table', changed='release_candidates', post_hook='analyze {{ this }}') }}

with

candidates as (
    select * from {{ ref('release_candidates') }}
),

cells as (
    select * from {{ ref('cells') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

withdrawn_releases as (
    select * from {{ ref('withdrawn_releases') }}
),

compared as (
    select
        candidates.cell_type,
        candidates.cell_key,
        candidates.metric_name,
        candidates.period,
        earlier_releases.figures ? 'mean' as shows_mean,
        withdrawn_releases.release_id is null as still_stands,
        earlier_releases.release_id
        = max(earlier_releases.release_id) over (
            partition by candidates.cell_type, candidates.cell_key, candidates.metric_name, candidates.period
        ) as is_latest,
        {{ difference_up_to_k(
            'cells.contributors', 'earlier_releases.contributors',
            'cells.value_digests', 'earlier_releases.value_digests'
        ) }} as differing
    from candidates
    inner join cells
        on
            candidates.cell_type = cells.cell_type
            and candidates.cell_key = cells.cell_key
            and candidates.metric_name = cells.metric_name
            and candidates.period = cells.period
    inner join earlier_releases
        on
            candidates.cell_type = earlier_releases.cell_type
            and candidates.cell_key = earlier_releases.cell_key
            and candidates.metric_name = earlier_releases.metric_name
            and candidates.period = earlier_releases.period
    left join withdrawn_releases on earlier_releases.release_id = withdrawn_releases.release_id
),

-- Not released: what stands and says the same, and what differs by too few from anything ever shown.
barred as (
    select distinct
        cell_type,
        cell_key,
        metric_name,
        period
    from compared
    where {{ is_too_small_a_difference('differing') }} or (is_latest and still_stands and differing = 0)
)

select
    candidates.*,
    standing_means.cell_key is not null as mean_stands
from candidates
left join barred
    on
        candidates.cell_type = barred.cell_type
        and candidates.cell_key = barred.cell_key
        and candidates.metric_name = barred.metric_name
        and candidates.period = barred.period
left join compared as standing_means
    on
        candidates.cell_type = standing_means.cell_type
        and candidates.cell_key = standing_means.cell_key
        and candidates.metric_name = standing_means.metric_name
        and candidates.period = standing_means.period
        and standing_means.is_latest
        and standing_means.still_stands
        and standing_means.shows_mean
where barred.cell_key is null
