-- Nobody buys its own listing. The provider stands in another table than the buyer, where no CHECK can look; two
-- constraint triggers do, one for the exchange, one for a listing that changes hands. A purchase locks the listing's
-- row against a change of hands, so that of the two at once the second sees the first. (A change of hands under
-- REPEATABLE READ does not see purchases since its snapshot; should one slip through, the view below has it.)
-- Security definer as a foreign key's check is: a buyer need not see the listing's row, nor a provider the exchanges.
create function bootstrap.refuse_self_purchase() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    refused boolean;
begin
    if tg_table_name = 'network_data_exchanges' then
        select listings.provider_org_id = new.buyer_org_id into refused
        from public.network_data_marketplace as listings
        where listings.id = new.listing_id for share;
    else
        refused := exists (
            select from public.network_data_exchanges as exchanges
            where exchanges.listing_id = new.id and exchanges.buyer_org_id = new.provider_org_id
        );
    end if;
    if refused then
        raise exception 'a provider does not buy its own listing'
        using
            errcode = 'check_violation',
            schema = tg_table_schema,
            table = tg_table_name,
            constraint = tg_name;
    end if;
    return null;
end
$$;

-- Only whoever owns the tables may hang this function, which sees all rows, on a table.
revoke execute on function bootstrap.refuse_self_purchase() from public;

create constraint trigger network_data_exchanges_no_self_purchase
after insert or update of listing_id, buyer_org_id on network_data_exchanges
for each row execute function bootstrap.refuse_self_purchase();
comment on constraint network_data_exchanges_no_self_purchase on network_data_exchanges is
'The buyer of a listing is somebody else than its provider: credits that go in a circle make a market look busy.';

create constraint trigger network_data_marketplace_no_self_purchase
after update of provider_org_id on network_data_marketplace
for each row when (old.provider_org_id <> new.provider_org_id)
execute function bootstrap.refuse_self_purchase();
comment on constraint network_data_marketplace_no_self_purchase on network_data_marketplace is
'A listing cannot go to one of its buyers: that would make a self purchase of what was bought from somebody else.';

-- What stood there before: the bootstrap reports these rows like those that keep a NOT VALID rule from being validated.
create view bootstrap.network_data_exchanges_no_self_purchase with (security_invoker = true) as
select exchanges.id
from network_data_exchanges as exchanges
inner join network_data_marketplace as listings on exchanges.listing_id = listings.id
where exchanges.buyer_org_id = listings.provider_org_id;
