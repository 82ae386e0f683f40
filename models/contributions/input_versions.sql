with

organizations as (
    select * from {{ ref('stg_organizations') }}
),

industry_cells as (
    select * from {{ ref('industry_cells') }}
)

{% for table, view in [
    ('organization_industries', 'stg_organization_industries'),
    ('network_nodes', 'stg_network_nodes'),
    ('network_edges', 'stg_network_edges'),
    ('network_peer_group_members', 'stg_peer_group_members'),
] %}
    select
        '{{ table }}' as input_name,
        concat_ws(' ', {{ built_from(ref(view)) }}, {{ row_versions() }}) as versions
    from {{ source('platform', table) }}
    union all
{% endfor %}
select
    'network_privacy_settings' as input_name,
    concat_ws(
        ' ',
        {{ built_from(ref('stg_network_privacy_settings')) }},
        {{ built_from(ref('eligible_organizations')) }},
        {{ row_versions() }},
        -- Of the same rows, those that began or ended by then are the same ones when they are as many.
        count(*) filter (where consent_date <= {{ as_of() }}),
        count(*) filter (where expires_at <= {{ as_of() }})
    ) as versions
from {{ source('platform', 'network_privacy_settings') }}
union all
-- Of the platform's own table nothing may be read but its columns.
select
    'organizations' as input_name,
    concat_ws(' ', sum(uuid_hash_extended(organization_id, 0))) as versions
from organizations
union all
select
    'industry_cells' as input_name,
    concat_ws(' ', sum(hashtextextended(industry_cells::text, 0))) as versions
from industry_cells
