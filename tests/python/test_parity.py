"""The bootstrap makes what the documented statements make when they are run by hand, object by object."""

from collections import Counter

import psycopg
import pytest
from conftest import PROJECT, SUFFIX, environment, new_database
from documented import DOCUMENTED, PREREQUISITES_BY_HAND, STATEMENTS, TABLES, UUID_BY_HAND

from scripts import bootstrap

DOCUMENTED_TABLES = [table for tables in TABLES.values() for table in tables]
COUNTS = {
    "table": 23,
    "column": 208,
    "not null": 154,
    "default": 70,
    "check": 10,
    "unique": 10,
    "foreign key": 30,
    "primary key": 23,
}
# What later files may add to a documented table, besides triggers.
ADDED_LATER = {"check", "trigger", "index"}

OBJECTS = """
with documented as (
  select oid, relname::text as name from pg_class
  where relnamespace = 'public'::regnamespace and relkind = 'r' and relname = any (%(tables)s)
),
columns as (
  select d.name, a.*, format_type(a.atttypid, a.atttypmod) as type, pg_get_expr(f.adbin, f.adrelid) as value
  from documented d
  join pg_attribute a on a.attrelid = d.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
)
select 'table', name, '' from documented
union all
select 'column', name || '.' || attname, concat_ws(' ', attnum, type, attcollation::regcollation) from columns
union all
select 'not null', name || '.' || attname, '' from columns where attnotnull
union all
select 'default', name || '.' || attname, value from columns where value is not null
union all
select
  case k.contype
    when 'c' then 'check' when 'u' then 'unique' when 'f' then 'foreign key' when 'p' then 'primary key'
    when 't' then 'trigger' when 'x' then 'exclusion'
  end,
  k.conname, d.name || ': ' || pg_get_constraintdef(k.oid)
from pg_constraint k join documented d on d.oid = k.conrelid
where k.contype <> 'n'  -- PostgreSQL 18 lists NOT NULL here too; 15 does not
union all
select 'index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i join documented d on d.oid = i.indrelid
where not exists (select from pg_constraint k where k.conindid = i.indexrelid)
"""
Objects = dict[tuple[str, str], str]


def objects(connection: psycopg.Connection) -> Objects:
    """Return (kind, name) -> definition of everything that the documented tables consist of."""
    rows = connection.execute(OBJECTS, {"tables": DOCUMENTED_TABLES}).fetchall()
    found = {(kind, name): definition for kind, name, definition in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def by_hand(server) -> Objects:
    """What the documented statements make, run as they stand in the specification."""
    with (
        new_database(server, f"blipee_by_hand{SUFFIX}") as variables,
        environment(variables),
        psycopg.connect(autocommit=True) as connection,
    ):
        connection.execute(UUID_BY_HAND.format(schema="public"))
        connection.execute(PREREQUISITES_BY_HAND)
        for statements in DOCUMENTED.values():
            connection.execute(statements)
        return objects(connection)


@pytest.fixture(scope="module")
def bootstrapped(module_database) -> Objects:
    with psycopg.connect() as connection:
        return objects(connection)


def counts(found: Objects) -> dict[str, int]:
    return Counter(kind for kind, _ in found)


def test_the_statements_are_those_of_the_specification(shared_data):
    specification = (shared_data.parent / "spec" / "migration_gap_analysis.md").read_text()
    assert dict(STATEMENTS.findall(specification)) == DOCUMENTED


def test_the_files_hold_the_documented_statements():
    assert tuple(DOCUMENTED) == bootstrap.DOCUMENTED
    for name, statements in DOCUMENTED.items():
        assert (PROJECT / "scripts" / "ddl" / name).read_text() == statements
    assert [len(tables) for tables in TABLES.values()] == [5, 4, 11, 3]


def test_the_documented_statements_make_what_is_known_of_them(by_hand):
    assert counts(by_hand) == COUNTS


def test_every_documented_object_is_there_after_the_bootstrap(by_hand, bootstrapped):
    assert {key: bootstrapped.get(key) for key in by_hand} == by_hand


def test_the_bootstrap_adds_rules_and_nothing_else(by_hand, bootstrapped):
    added = {kind for kind, name in bootstrapped if (kind, name) not in by_hand}
    assert added == ADDED_LATER


def test_not_null_is_counted_alike_where_postgresql_lists_it(module_database):
    """PostgreSQL 18 has a constraint per NOT NULL, which 15 has not."""
    with psycopg.connect() as connection:
        listed = connection.execute(
            "select count(*) from pg_constraint where contype = 'n' and conrelid::regclass::text = any (%s)",
            [DOCUMENTED_TABLES],
        ).fetchone()[0]
        assert listed == (COUNTS["not null"] if connection.info.server_version >= 180000 else 0)
