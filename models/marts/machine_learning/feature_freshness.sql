with

features as (
    select * from {{ source('platform', 'ml_features') }}
),

latest as (
    select distinct on (organization_id, feature_set)
        organization_id,
        feature_set,
        computed_at,
        -- A period beyond a thousand years would lead out of the calendar.
        computed_at + least(validity_period, interval '1000 years') as valid_until
    from features
    order by organization_id asc, feature_set asc, computed_at <= now() desc, computed_at desc, id asc
)

select
    organization_id,
    feature_set,
    computed_at,
    valid_until,
    case
        when computed_at > now() then 'not_computed_yet'
        when valid_until > now() then 'fresh'
        else 'stale'
    end as status
from latest
