"""Rules that older rows may break: validated as soon as none does; until then the rows are named by key."""

import psycopg

NAMED = 10

# A rule over two tables is a constraint trigger; the view of its name in the schema bootstrap has the rows
# that break it.
OPEN_RULES = """
select
  k.conname::text, k.conrelid::regclass::text,
  case k.contype
    when 'c' then format('%%s where (%%s) is false', k.conrelid::regclass, pg_get_expr(k.conbin, k.conrelid))
    else offenders::text
  end,
  case when k.contype = 'c'
    then format('alter table %%s validate constraint %%I', k.conrelid::regclass, k.conname)
  end
from pg_constraint k
cross join to_regclass(format('bootstrap.%%I', k.conname)) offenders
where
  k.conrelid = any (select to_regclass(format('public.%%I', table_name)) from bootstrap.tables)
  and (k.contype = 'c' and not k.convalidated or k.contype = 't' and offenders is not null)
order by 2, 1
"""

PRIMARY_KEY = """
select string_agg(quote_ident(a.attname), ', ' order by array_position(k.conkey, a.attnum))
from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
where k.conrelid = %s::regclass and k.contype = 'p'
"""

INDEX = """
select
  (select string_agg(pg_get_indexdef(indexrelid, place, true), ', ')
   from generate_series(1, indnkeyatts) place),
  indnullsnotdistinct
from pg_index where indexrelid = to_regclass(format('pg_temp.%%I', %s::text))
"""


def validate(connection: psycopg.Connection) -> tuple[int, list[str]]:
    """Validate each rule by itself; return how many are now, and a line for each that rows keep from it."""
    validated, broken = 0, []
    for rule, table, rows, statement in connection.execute(OPEN_RULES, {}).fetchall():
        if statement and succeeds(connection, statement):
            validated += 1
        elif found := offenders(connection, table, rows):
            broken.append(f"{rule} is broken by {found}")
    return validated, broken


def succeeds(connection: psycopg.Connection, statement: str) -> bool:
    """Whether no row breaks the constraint that the statement validates."""
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.errors.CheckViolation:
        return False
    return True


def offenders(connection: psycopg.Connection, table: str, rows: str) -> str | None:
    """Return how many rows there are, and the first by key; ``rows`` is SQL after FROM, None when none is."""
    (key,) = connection.execute(PRIMARY_KEY, [table]).fetchone()
    found = connection.execute(
        f"select concat_ws('/', {key}), count(*) over () from {rows} order by {key} limit {NAMED}"
    ).fetchall()
    if not found:
        return None
    count = found[0][1]
    which = f", the first {NAMED}" if count > NAMED else ""
    return f"{count} {'row' if count == 1 else 'rows'} of {table}{which} by {key}: " + ", ".join(
        value for value, _ in found
    )


def repeating(
    connection: psycopg.Connection, error: psycopg.errors.UniqueViolation, statements: bytes
) -> str:
    """Return the rows that keep ``statements`` from making a unique index."""
    table = f"{error.diag.schema_name}.{error.diag.table_name}"
    with connection.transaction(force_rollback=True):
        # An empty table of the same name, which the statements find first, tells what the index is on.
        connection.execute(f"create temp table {error.diag.table_name} (like {table})")
        connection.execute(statements)
        key, nulls_are_equal = connection.execute(INDEX, [error.diag.constraint_name]).fetchone()
    compared = "true" if nulls_are_equal else f"num_nulls({key}) = 0"
    return offenders(
        connection,
        table,
        f"(select *, count(*) over (partition by {key}) as repetitions from {table} where {compared}) r "
        "where repetitions > 1",
    )
