-- What a release has to remember of what may be gone when a later one is judged.

-- A contributor that withdrew, or corrected its value: how large that was at most. A power of two that nobody in the
-- release exceeds, so that the ledger keeps no value. Of older releases it is not known, which counts as infinite.
alter table ledger.releases add column magnitude_bound double precision;

-- Consent is by category, and a metric may be moved to another one.
alter table ledger.releases add column data_category text;

do $$
begin
    if to_regclass('staging.stg_metrics') is not null then
        update ledger.releases set data_category = stg_metrics.data_category
        from staging.stg_metrics
        where releases.metric_name = stg_metrics.metric_name;
    end if;
end
$$;
