"""Rows of a bundle into a documented table: insert what is new, update what differs, note what is refused.

The rows arrive in the temporary table ``incoming``: cells is one JSON object (json and not jsonb, which would
end the COPY at a NUL), ids those of the cells that are identifiers, as UUIDs. They go through ``typed``, in
the types of the table, and ``rejected_now`` takes what PostgreSQL refuses. Nothing of a row ever comes into
Python, and no reason quotes a value.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from scripts.shared.documented_tables import Lookup, Table
from scripts.shared.source import LONGEST_ROW_TEXT, identifier, literal

# 22 is a value that cannot be read, 23 a constraint, P0 what a trigger raises.
FAULTS_OF_A_ROW = ("22", "23", "P0")


@dataclass(frozen=True)
class Written:
    """How many rows of a file are new, changed what was there, or were there already."""

    new: int
    changed: int
    unchanged: int


def make_staging(cursor: psycopg.Cursor) -> None:
    """Make the temporary tables through which the rows go; they live as long as the transaction."""
    cursor.execute(
        """
        create temp table incoming (
          file_row bigint primary key, line bigint not null, cells json not null, ids json
        ) on commit drop;
        create temp table rejected_now (file text, line bigint, column_name text, reason text, row_text text)
          on commit drop;
        """
    )


def typed(table: Table, bundle_column: str) -> str:
    """Return the SQL of the cell of ``bundle_column`` in the type of the column that it fills."""
    cell = f"(i.cells ->> {literal(bundle_column)})"
    if bundle_column in table.lookups:
        return f"{identifier('of ' + bundle_column)}.id"
    if bundle_column in table.json_keys:
        return f"jsonb_build_object({literal(bundle_column)}, {cell})"
    if table.identifies(bundle_column):
        return f"(i.ids ->> {literal(bundle_column)})::uuid"
    kind = table.columns[table.target(bundle_column)].type
    if kind == "text[]":
        return (
            f"case when left({cell}, 1) = '[' then array(select jsonb_array_elements_text({cell}::jsonb)) "
            f"when left({cell}, 1) = '{{' then {cell}::text[] "
            f"else regexp_split_to_array({cell}, '\\s*;\\s*') end"
        )
    return f"{cell}::{kind}"


def value_of(table: Table, columns: list[str], target: str) -> str:
    """Return the SQL of a column of the table from the bundle's columns that fill it."""
    merged = [name for name, column in table.json_keys.items() if column == target and name in columns]
    plain = next((name for name in columns if table.target(name) == target and name not in merged), None)
    value = typed(table, plain) if plain else None
    for name in merged:
        key = " and ".join(f"t.{identifier(c)} = {typed(table, c)}" for c in table.key)
        stored = f"(select t.{identifier(target)} from {table.qualified} t where {key} limit 1)"
        start = ", ".join(filter(None, (value, stored)))
        cell = f"i.cells ->> {literal(name)}"
        value = (
            f"coalesce({start}, '{{}}'::jsonb) || "
            f"case when {cell} is null then '{{}}'::jsonb else {typed(table, name)} end"
        )
    return value


def joined(name: str, lookup: Lookup) -> str:
    """Return the SQL that joins the row which a cell of the bundle's column names; of several the oldest."""
    alias = identifier("of " + name)
    cell = f"(i.{'ids' if lookup.type == 'uuid' else 'cells'} ->> {literal(name)})::{lookup.type}"
    return (
        f" left join (select distinct on (r.{lookup.match}) r.{lookup.match} as matched, r.id "
        f"from public.{lookup.table} r order by r.{lookup.match}, r.created_at, r.id) as {alias} "
        f"on {alias}.matched = {cell}"
    )


def load_rows(
    cursor: psycopg.Cursor, table: Table, columns: list[str], file: str, keep_existing: bool = False
) -> Written:
    """Write ``incoming`` into the table; rows that PostgreSQL refuses go to ``rejected_now``, one by one.

    ``columns`` are the bundle's, ``keep_existing`` leaves rows alone that are there.
    """
    targets = list(dict.fromkeys(table.target(name) for name in columns))
    values = {target: value_of(table, columns, target) for target in targets}
    if table.has_digest_as_id or table.has_name_as_id:
        digest = "md5(i.cells::jsonb::text)::uuid"  # jsonb, so that the order of the columns does not matter
        if table.has_name_as_id:
            digest = f"md5({values[table.key[0]]})::uuid"
        values["id"] = f"coalesce({values['id']}, {digest})" if "id" in values else digest
    lookups = "".join(joined(name, lookup) for name, lookup in table.lookups.items() if name in columns)
    select = ", ".join(f"{value} as {identifier(target)}" for target, value in values.items())
    cursor.execute("drop table if exists typed")
    cursor.execute(
        f"create temp table typed on commit drop as select i.file_row, i.line, i.cells, {select} "
        f"from incoming i{lookups} with no data"
    )
    cursor.execute("alter table typed add primary key (file_row)")
    for constraint, (on, definition) in table.checks.items():
        if set(on) <= set(values):  # found here, a bad row does not supersede a good one
            cursor.execute(f"alter table typed add constraint {identifier(constraint)} {definition}")

    def cast(first: int, last: int) -> None:
        cursor.execute(
            f"insert into typed select i.file_row, i.line, i.cells, {select} from incoming i{lookups} "
            "where i.file_row between %s and %s",
            (first, last),
        )

    def cannot_be_read(row: int, error: psycopg.Error) -> None:
        if isinstance(error, psycopg.IntegrityError):
            note(cursor, file, "incoming", "i.file_row = %s", *refused_by(table, error), (row,))
            return
        column = next((name for name in columns if not readable(cursor, table, name, row)), None)
        kind = table.columns[table.target(column)].type if column else "a row"
        note(cursor, file, "incoming", "i.file_row = %s", column, f"cannot be read as {kind}", (row,))

    row_by_row(cursor, "incoming", cast, cannot_be_read)
    cursor.execute("analyze typed")
    refuse_beforehand(cursor, table, columns, values, file)

    changed = 0 if keep_existing else update(cursor, table, list(values), file)
    new = insert(cursor, table, list(values), file)
    ((left,),) = cursor.execute("select count(*) from typed").fetchall()
    return Written(new, changed, left - new - changed)


def refuse_beforehand(
    cursor: psycopg.Cursor, table: Table, columns: list[str], values: dict[str, str], file: str
) -> None:
    """Find in bulk what a row may be refused for, so that few are left to be found one at a time."""

    def refuse(condition: str, column: str | None, reason: str) -> None:
        note(cursor, file, "typed", condition, column, reason)
        cursor.execute(f"delete from typed i where {condition}")

    for name, lookup in table.lookups.items():
        if name in columns:
            refuse(
                f"i.{identifier(lookup.column)} is null and i.cells ->> {literal(name)} is not null",
                name,
                f"no such row in {lookup.table} (load it first)",
            )
    bundle_names = {table.target(name): name for name in reversed(columns)}
    for column in table.columns.values():
        if column.required and column.default is None:
            refuse(f"i.{identifier(column.name)} is null", bundle_names[column.name], "is missing")
    refuse(f"{key_of(table, values, 'i')} is null", bundle_names.get(table.key[0]), "is missing")
    for column, (referenced, referenced_column) in table.foreign_keys.items():
        if column in values:
            refuse(
                f"i.{identifier(column)} is not null and not exists (select from {referenced} r "
                f"where r.{identifier(referenced_column)} = i.{identifier(column)})",
                bundle_names[column],
                f"no such row in {referenced.removeprefix('public.')} (load it first)",
            )
    key = key_of(table, values, "k")
    refuse(
        "i.file_row in (select d.file_row from (select k.file_row, row_number() over "
        f"(partition by {key} order by k.file_row desc) as n from typed k) d where d.n > 1)",
        None,
        "a later row of this file has the same key",
    )


def key_of(table: Table, values: dict[str, str], alias: str) -> str:
    """Return the SQL of what tells a row from another, a row value that is NULL when it cannot be told."""
    if table.key_is_first_given:
        given = [name for name in table.key if name in values]
        parts = [f"{literal(name)} || {alias}.{identifier(name)}::text" for name in given]
        return f"coalesce({', '.join(parts)})"
    return "(" + ", ".join(f"{alias}.{identifier(name)}" for name in table.key) + ")"


def note(
    cursor: psycopg.Cursor,
    file: str,
    rows: str,
    condition: str,
    column: str | None,
    reason: str,
    parameters: tuple[object, ...] = (),
) -> None:
    """Write the rows of ``rows`` (incoming or typed, as i) that meet the condition to ``rejected_now``."""
    cursor.execute(
        f"insert into rejected_now select {literal(file)}, i.line, {literal(column) if column else 'null'}, "
        f"{literal(reason)}, left(i.cells::text, {LONGEST_ROW_TEXT}) from {rows} i where {condition}",
        parameters or None,
    )


def readable(cursor: psycopg.Cursor, table: Table, column: str, row: int) -> bool:
    """Whether one cell can be read as the type of its column."""
    if column in table.lookups:
        return True
    try:
        with cursor.connection.transaction():
            cursor.execute(f"select {typed(table, column)} from incoming i where i.file_row = %s", (row,))
    except psycopg.DataError:
        return False
    return True


def row_by_row(
    cursor: psycopg.Cursor,
    rows: str,
    write: Callable[[int, int], None],
    refused: Callable[[int, psycopg.Error], None],
) -> None:
    """Call ``write(first, last)`` for all of ``rows``, halved where it is refused, down to the bad rows."""
    ((first, last),) = cursor.execute(f"select min(file_row), max(file_row) from {rows}").fetchall()
    ranges = [] if first is None else [(first, last)]
    while ranges:
        first, last = ranges.pop()
        try:
            with cursor.connection.transaction():
                write(first, last)
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith(FAULTS_OF_A_ROW):
                raise
            if first == last:
                refused(first, error)
            else:
                middle = (first + last) // 2
                ranges += [(middle + 1, last), (first, middle)]


def refused_by(table: Table, error: psycopg.Error) -> tuple[str | None, str]:
    """Return the column and the reason of PostgreSQL's refusal, without the value that it quotes."""
    constraint, column = error.diag.constraint_name, error.diag.column_name
    on = table.checks.get(constraint, ([], ""))[0]
    match error:
        case psycopg.errors.NotNullViolation():
            return column, "is missing"
        case psycopg.errors.CheckViolation():
            return on[0] if len(on) == 1 else None, f"violates CHECK {constraint}"
        case psycopg.IntegrityError():
            return None, f"violates {constraint}"
        case _:
            return column, f"refused by PostgreSQL (SQLSTATE {error.sqlstate})"


def update(cursor: psycopg.Cursor, table: Table, given: list[str], file: str) -> int:
    """Update the rows that are there and differ; return how many rows of the file did so."""
    changes = {}
    for name in given:
        if name in table.key or name == "id":
            continue
        column = table.columns[name]
        value = f"i.{identifier(name)}"
        if column.required and column.default is not None:
            kept = f"t.{identifier(name)}" if column.default_changes else column.default
            value = f"coalesce({value}, {kept})"
        changes[identifier(name)] = value
    if not changes:
        return 0
    stored = ", ".join(f"t.{name}" for name in changes)
    wanted = ", ".join(changes.values())
    assignments = [f"{name} = {value}" for name, value in changes.items()]
    if "updated_at" in table.columns and "updated_at" not in given:
        assignments.append("updated_at = now()")
    statement = (
        f"with changed as (update {table.qualified} t set {', '.join(assignments)} from typed i "
        f"where i.file_row between %s and %s and {same_key(table, given)} "
        f"and ({stored}) is distinct from ({wanted}) returning i.file_row) "
        "select count(distinct file_row) from changed"
    )
    return write_rows(cursor, table, file, statement)


def insert(cursor: psycopg.Cursor, table: Table, given: list[str], file: str) -> int:
    """Insert the rows that are not there; return how many."""
    values = {}
    for column in table.columns.values():
        value = f"i.{identifier(column.name)}" if column.name in given else None
        if value and column.default is not None and column.required:
            values[column.name] = f"coalesce({value}, {column.default})"
        elif value:
            values[column.name] = value
        elif column.required and column.default is not None:
            values[column.name] = column.default
    names = ", ".join(map(identifier, values))
    statement = (
        f"with added as (insert into {table.qualified} ({names}) "
        f"select {', '.join(values.values())} from typed i "
        f"where i.file_row between %s and %s and not exists (select from {table.qualified} t "
        f"where {same_key(table, given)}) returning 1) select count(*) from added"
    )
    return write_rows(cursor, table, file, statement)


def same_key(table: Table, given: list[str]) -> str:
    """Return the SQL condition under which the row ``i`` of the file is the row ``t`` of the table."""
    if table.key_is_first_given:
        values = dict.fromkeys(given, "")
        return f"{key_of(table, values, 't')} = {key_of(table, values, 'i')}"
    return " and ".join(f"t.{identifier(name)} = i.{identifier(name)}" for name in table.key)


def write_rows(cursor: psycopg.Cursor, table: Table, file: str, statement: str) -> int:
    """Run a statement that counts what it wrote, for all of ``typed``; take the refused rows out."""
    written = 0

    def write(first: int, last: int) -> None:
        nonlocal written
        ((count,),) = cursor.execute(statement, (first, last)).fetchall()
        written += count

    def refused(row: int, error: psycopg.Error) -> None:
        column, reason = refused_by(table, error)
        note(cursor, file, "typed", "i.file_row = %s", column, reason, (row,))
        cursor.execute("delete from typed where file_row = %s", (row,))

    row_by_row(cursor, "typed", write, refused)
    return written
