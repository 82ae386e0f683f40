with

ledger_releases as (
    select * from {{ ref('new_releases') }}
),

withdrawn_releases as (
    select * from {{ ref('withdrawn_releases') }}
)

select distinct
    ledger_releases.cell_type,
    ledger_releases.cell_key,
    ledger_releases.metric_name,
    ledger_releases.period
from ledger_releases
inner join withdrawn_releases on ledger_releases.release_id = withdrawn_releases.release_id
