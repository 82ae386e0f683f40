-- Which cells the counts of the privacy report were made of: a count is made anew only when enough of them changed.
create table last_build.reported_outcomes (
    metric_name text not null,
    period text not null,
    outcome text not null,
    cell_type text not null,
    cell_key text not null,
    primary key (metric_name, period, outcome, cell_type, cell_key)
);

alter table last_build.reported_outcomes enable row level security;
create policy blipee_writer on last_build.reported_outcomes to blipee_writer using (true);
grant select, insert, update, delete on last_build.reported_outcomes to blipee_writer;

-- What the rules say of each cell is kept from now on: the next build works everything out once more.
update last_build.metric_periods set inputs_digest = 'unfinished';
