with

settings as (
    select * from {{ source('platform', 'network_privacy_settings') }}
)

select
    organization_id,
    {{ canonical_name('data_category') }} as data_category,
    sharing_level,
    consent_given,
    consent_date,
    expires_at
from settings
