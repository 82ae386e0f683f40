-- member_count is what is counted, whoever writes what into it. The trigger of the group counts; those of its members
-- touch the group (the 0 that they write is never kept), which locks its row: of two who join at once the second counts
-- both.
-- Security definer as a foreign key's check is: whoever may add a member need not see the others, nor change the group.
create function bootstrap.count_peer_group_members() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.member_count := (
        select count(*) from public.network_peer_group_members as members where members.peer_group_id = new.id
    );
    return new;
end
$$;

create function bootstrap.count_consortium_members() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.member_count := (
        select count(*) from public.network_consortium_members as members where members.consortium_id = new.id
    );
    return new;
end
$$;

-- Groups are locked in one order, so that two who join several groups at once do not wait for each other for ever.
create function bootstrap.touch_peer_groups() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    touched uuid[];
begin
    if tg_op = 'TRUNCATE' then
        touched := array(select groups.id from public.network_peer_groups as groups);
    elsif tg_op = 'UPDATE' then
        touched := array[old.peer_group_id, new.peer_group_id];
    else
        touched := array(select distinct changed.peer_group_id from changed);
    end if;
    perform from public.network_peer_groups as groups
    where groups.id = any(touched) order by groups.id for no key update;
    update public.network_peer_groups as groups set member_count = 0 where groups.id = any(touched);
    return null;
end
$$;

create function bootstrap.touch_consortiums() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    touched uuid[];
begin
    if tg_op = 'TRUNCATE' then
        touched := array(select consortiums.id from public.network_consortiums as consortiums);
    elsif tg_op = 'UPDATE' then
        touched := array[old.consortium_id, new.consortium_id];
    else
        touched := array(select distinct changed.consortium_id from changed);
    end if;
    perform from public.network_consortiums as consortiums
    where consortiums.id = any(touched) order by consortiums.id for no key update;
    update public.network_consortiums as consortiums set member_count = 0 where consortiums.id = any(touched);
    return null;
end
$$;

create trigger network_peer_groups_member_count
before insert or update of member_count on network_peer_groups
for each row execute function bootstrap.count_peer_group_members();
comment on trigger network_peer_groups_member_count on network_peer_groups is
'Whatever is written into member_count, it is the number of members of the peer group, and so never negative.';

create trigger network_peer_group_members_joined
after insert on network_peer_group_members referencing new table as changed
for each statement execute function bootstrap.touch_peer_groups();
comment on trigger network_peer_group_members_joined on network_peer_group_members is
'Counts the members of the peer group anew.';

create trigger network_peer_group_members_left
after delete on network_peer_group_members referencing old table as changed
for each statement execute function bootstrap.touch_peer_groups();
comment on trigger network_peer_group_members_left on network_peer_group_members is
'Counts the members of the peer group anew.';

create trigger network_peer_group_members_moved
after update of peer_group_id on network_peer_group_members
for each row when (old.peer_group_id <> new.peer_group_id) execute function bootstrap.touch_peer_groups();
comment on trigger network_peer_group_members_moved on network_peer_group_members is
'Counts the members of both peer groups anew.';

create trigger network_peer_group_members_emptied
after truncate on network_peer_group_members
for each statement execute function bootstrap.touch_peer_groups();
comment on trigger network_peer_group_members_emptied on network_peer_group_members is
'Counts the members of every peer group anew.';

create trigger network_consortiums_member_count
before insert or update of member_count on network_consortiums
for each row execute function bootstrap.count_consortium_members();
comment on trigger network_consortiums_member_count on network_consortiums is
'Whatever is written into member_count, it is the number of members of the consortium, and so never negative.';

create trigger network_consortium_members_joined
after insert on network_consortium_members referencing new table as changed
for each statement execute function bootstrap.touch_consortiums();
comment on trigger network_consortium_members_joined on network_consortium_members is
'Counts the members of the consortium anew.';

create trigger network_consortium_members_left
after delete on network_consortium_members referencing old table as changed
for each statement execute function bootstrap.touch_consortiums();
comment on trigger network_consortium_members_left on network_consortium_members is
'Counts the members of the consortium anew.';

create trigger network_consortium_members_moved
after update of consortium_id on network_consortium_members
for each row when (old.consortium_id <> new.consortium_id) execute function bootstrap.touch_consortiums();
comment on trigger network_consortium_members_moved on network_consortium_members is
'Counts the members of both consortiums anew.';

create trigger network_consortium_members_emptied
after truncate on network_consortium_members
for each statement execute function bootstrap.touch_consortiums();
comment on trigger network_consortium_members_emptied on network_consortium_members is
'Counts the members of every consortium anew.';

-- Only whoever owns the tables may hang these functions, which see all rows, on a table.
revoke execute on function
bootstrap.count_peer_group_members(), bootstrap.count_consortium_members(),
bootstrap.touch_peer_groups(), bootstrap.touch_consortiums()
from public;

-- The rows that are there, once: no member comes or goes before this commits, since making a trigger waits for writers.
update network_peer_groups set member_count = 0;
update network_consortiums set member_count = 0;
