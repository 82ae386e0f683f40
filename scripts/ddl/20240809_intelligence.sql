-- Where the entries of the intelligence cache are put together. Nobody but the writer enters: an entry is read from
-- the cache, under row security.
create schema if not exists intelligence;
grant usage, create on schema intelligence to blipee_writer;

-- How many lines of a load were refused, and why; not what stood there.
grant select (batch_id, file, line, reason) on raw.rejected_rows to blipee_writer;
