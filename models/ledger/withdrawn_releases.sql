with

counted_before as (
    select * from {{ source('last_build', 'counted_organizations') }}
),

eligible as (
    select * from {{ ref('eligible_organizations') }}
),

changed_contributors as (
    select * from {{ ref('changed_contributors') }}
),

metrics as (
    select * from {{ ref('stg_metrics') }}
),

ownership as (
    select * from {{ source('ledger', 'ownership') }}
),

earlier_releases as (
    select * from {{ source('ledger', 'releases') }}
),

withdrawn_before as (
    select * from {{ source('ledger', 'withdrawn_releases') }}
),

withdrawn_consents as (
    select distinct
        ownership.contributor_number,
        counted_category.data_category
    from changed_contributors
    inner join counted_before on changed_contributors.contributor_id = counted_before.contributor_id
    inner join ownership on counted_before.organization_id = ownership.organization_id
    left join eligible on counted_before.organization_id = eligible.organization_id
    cross join unnest(counted_before.data_categories) as counted_category (data_category)
    where coalesce(counted_category.data_category <> all(eligible.data_categories), true)
),

ended as (
    -- A metric that left the catalogue has no category any more: then every release of it with the contributor goes.
    select
        earlier_releases.release_id,
        earlier_releases.metric_name
    from withdrawn_consents
    inner join earlier_releases on withdrawn_consents.contributor_number = any(earlier_releases.contributors)
    left join metrics on earlier_releases.metric_name = metrics.metric_name
    where coalesce(metrics.data_category, withdrawn_consents.data_category) = withdrawn_consents.data_category
    union
    -- Of a metric that is in another category now; who consented there, too, is released anew.
    select
        earlier_releases.release_id,
        earlier_releases.metric_name
    from earlier_releases
    inner join metrics on earlier_releases.metric_name = metrics.metric_name
    where earlier_releases.data_category <> metrics.data_category
)

select
    ended.release_id,
    {{ as_of() }} as withdrawn_at
from ended
left join withdrawn_before on ended.release_id = withdrawn_before.release_id
where withdrawn_before.release_id is null
