"""A row of three members each in every table, and sessions of the roles that may see some of them."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

PUBLISHED = (
    "gri_standards", "industry_benchmarks", "industry_models", "network_benchmarks",
    "network_intelligence_cache",
)  # fmt: skip
OPEN_TO_MEMBERS = "network_data_marketplace"
ME, OTHER, THIRD = (uuid.UUID(int=number) for number in (1, 2, 3))
NOBODY = uuid.UUID(int=4)

TABLES = """
select c.relname::text
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
order by 1
"""
COLUMNS = """
select
  a.attname::text, format_type(a.atttypid, null), a.attnotnull, a.atthasdef,
  (select (regexp_match(pg_get_constraintdef(k.oid), '''(.*?)''::text'))[1] from pg_constraint k
   where k.conrelid = a.attrelid and k.conkey = array[a.attnum] and k.contype = 'c'
   and (a.atttypid = 'jsonb'::regtype or pg_get_constraintdef(k.oid) ~ 'ARRAY') limit 1),
  (select format('%%s.%%s', k.confrelid::regclass, f.attname) from pg_constraint k
   join pg_attribute f on f.attrelid = k.confrelid and f.attnum = k.confkey[1]
   where k.conrelid = a.attrelid and k.conkey = array[a.attnum] and k.contype = 'f')
from pg_attribute a
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    required: bool
    has_default: bool
    allowed: str | None  # the first of the values, or for JSON of the types, that a CHECK lists
    refers_to: str | None  # table.column


@dataclass
class World:
    """Every table of ``public``, and by table and member the id of the row that is the member's."""

    tables: dict[str, list[Column]] = field(default_factory=dict)
    ids: dict[tuple[str, uuid.UUID], uuid.UUID] = field(default_factory=dict)

    def cells(self, table: str, owner: uuid.UUID, **given: object) -> dict[str, object]:
        """A row of the member's, in which every text that may be anything says whose it is."""
        row = {"id": uuid.uuid4()}
        for column in self.tables[table]:
            if column.refers_to:
                row[column.name] = self.referred(table, column, owner)
            elif column.name not in row and (not column.has_default or column.type == "text"):
                row[column.name] = value(column, owner)
        return {name: cell for name, cell in (row | given).items() if cell is not None}

    def needs(self, table: str) -> set[str]:
        """The tables to which the table refers."""
        return {column.refers_to.split(".")[-2] for column in self.tables[table] if column.refers_to}

    def another(self, table: str, owner: uuid.UUID, **given: object) -> dict[str, object]:
        """One more row of the member's, whose free texts are new: no UNIQUE refuses it."""
        row = self.cells(table, owner, **given)
        for column in self.tables[table]:
            if column.type == "text" and not column.allowed and not column.refers_to:
                row[column.name] += "_too"
        return row

    def referred(self, table: str, column: Column, owner: uuid.UUID) -> object:
        referred, name = column.refers_to.split(".")[-2:]
        if name != "id":
            return canary(owner, name)
        if column.name == "listing_id":
            owner = THIRD  # nobody buys from itself
        if column.name in ("target_node_id", "supplier_node_id"):
            owner = NOBODY
        return self.ids.get((referred, owner))  # none of a user


def canary(owner: uuid.UUID, column: str) -> str:
    return f"canary_of_{owner.int}_{column}"


def value(column: Column, owner: uuid.UUID) -> object:
    """Something that the column takes; None where it need not have anything."""
    if column.type == "text":
        return column.allowed or canary(owner, column.name)
    if not column.required:
        return None
    content = canary(owner, column.name)
    return {
        "jsonb": json.dumps([content] if column.allowed == "array" else {"of": content}),
        "integer": 50,
        "date": "2025-06-30",
        "timestamp with time zone": "2999-01-01",
    }[column.type]


def insert(table: str, row: dict[str, object]) -> tuple[sql.Composed, dict[str, object]]:
    """The statement that inserts the row, and its parameters."""
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )
    return statement, row


def populate(connection: psycopg.Connection) -> World:
    """Give every table a row of each member, whatever tables the catalogue lists."""
    made = World()
    for (table,) in connection.execute(TABLES).fetchall():
        made.tables[table] = [Column(*row) for row in connection.execute(COLUMNS, [table]).fetchall()]
    waiting = list(made.tables)
    while waiting:
        table = next(each for each in waiting if not made.needs(each) & {*waiting} - {each})
        waiting.remove(table)
        for owner in (ME, OTHER, THIRD, *([NOBODY] if table == "network_nodes" else [])):
            if (table, owner) == ("network_data_exchanges", THIRD):
                continue  # whose listing the others buy
            row = made.cells(table, owner, **({"id": owner} if table == "organizations" else {}))
            made.ids[table, owner] = row["id"]
            connection.execute(*insert(table, row))
    return made


@contextmanager
def acting_as(role: str, member: uuid.UUID | None = None) -> Iterator[psycopg.Connection]:
    """A session of the role, for the member if one is given; whatever it does is taken back."""
    with psycopg.connect() as connection:
        connection.execute(f"set role {role}")
        if member:
            connection.execute("select set_config('blipee.organization_id', %s, true)", [str(member)])
        yield connection
        connection.rollback()


def refused(connection: psycopg.Connection, statement: object, *parameters: object) -> psycopg.Error | None:
    """The error of a statement, or None; what the statement did is taken back, the session goes on."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, *parameters)
    except psycopg.Error as error:
        return error
    return None


def assert_tells_nothing(error: psycopg.Error | None, about: object) -> None:
    """It is a refusal by privilege or policy, in which no value and no key of a row stands."""
    assert error is not None and error.sqlstate == "42501", (about, error and error.sqlstate)
    said = " ".join(filter(None, (str(error), error.diag.message_detail, error.diag.message_hint)))
    assert "canary" not in said and str(OTHER) not in said, about


def ids(connection: psycopg.Connection, table: str) -> set[uuid.UUID]:
    return {row for (row,) in connection.execute(f"select id from {table}").fetchall()}


def privileges(role: str, table: str) -> set[str]:
    """Which of insert, update and delete the role may do, if only on some columns."""
    kinds = {"insert": "any_column", "update": "any_column", "delete": "table"}
    with psycopg.connect() as connection:
        return {
            verb
            for verb, kind in kinds.items()
            if connection.execute(f"select has_{kind}_privilege(%s, %s, %s)", [role, table, verb]).fetchone()[
                0
            ]
        }
