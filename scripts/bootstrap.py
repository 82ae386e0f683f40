"""Bring a database to the documented schema: every file of scripts/ddl once, in the order of their names."""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg

from scripts.shared.catalogue import Shape, additions, missing, shapes
from scripts.shared.database import connect, describe
from scripts.shared.rules import repeating, validate

DDL = Path(__file__).parent / "ddl"
PREREQUISITES = "20240711_prerequisites.sql"
DOCUMENTED = (
    "20240712_ml_pipeline_tables.sql",
    "20240713_industry_models_tables.sql",
    "20240714_network_features_tables.sql",
    "20240715_integration_tables.sql",
)
LOCK = 20240711  # any number, as long as every bootstrap takes the same
LOCK_SECONDS = 20
REHEARSAL = "bootstrap_rehearsal"
RULES_WAIT = 3
# Rows that break what a file makes, or a name that is taken: function, trigger or constraint, table or index.
HELD_BACK_BY = ("23", "42723", "42710", "42P07")

# tables: the shapes of the documented tables after the file that was applied last.
LEDGER = """
create schema if not exists bootstrap;
create table if not exists bootstrap.migrations (
  file text primary key,
  sha256 text not null,
  applied_at timestamptz not null default now()
);
create table if not exists bootstrap.tables (
  table_name text primary key,
  shape json not null
);
"""


@dataclass(frozen=True)
class Migration:
    """One file of scripts/ddl."""

    name: str
    statements: bytes

    @property
    def sha256(self) -> str:
        """The digest by which the edit of an applied file shows."""
        return hashlib.sha256(self.statements).hexdigest()

    def run(self, connection: psycopg.Connection) -> None:
        """Run the statements; a failure names the file and, where PostgreSQL tells it, the line."""
        try:
            connection.execute(self.statements)
        except psycopg.Error as error:
            position = int(error.diag.statement_position or 0)
            line = f":{self.statements.decode()[:position].count(chr(10)) + 1}" if position else ""
            raise click.ClickException(f"scripts/ddl/{self.name}{line}: {describe(error)}") from error


@click.command()
@click.option("--dry-run", is_flag=True, help="Try everything, take it back, and print what would be done.")
def main(dry_run: bool) -> None:
    """Make the documented tables, and what they need, in the database that the PG* variables name.

    Ends with 0 when every file is applied and every rule holds, 3 when rows or names that are there keep
    some from it (each is said; the rest is done, and the next run tries again), 1 when it stopped.
    """
    migrations = {path.name: Migration(path.name, path.read_bytes()) for path in sorted(DDL.glob("*.sql"))}
    with connect(autocommit=True) as connection:
        connection.execute("set client_min_messages = warning")
        take_lock(connection)
        use_search_path(connection)
        applied = read_ledger(connection)
        stop_on(edits(migrations, applied), "scripts/ddl is not what it was")
        pending = [migration for name, migration in migrations.items() if name not in applied]
        with saying("nothing was changed"):
            documented = (
                rehearse(connection, migrations) if any(m.name in DOCUMENTED for m in pending) else {}
            )
        unapplied = {name: tables for name, tables in documented.items() if name not in applied}
        actual = shapes(connection, "public")
        kept = ledger_tables(connection) if applied else {}
        stop_on(differences(unapplied, kept, actual), "the tables are not the documented ones")
        if not dry_run:
            # What would stop a late file, such as a table of another owner, stops all before any change.
            with connection.transaction(force_rollback=True), saying("nothing was changed"):
                for migration in pending:
                    apply_or_hold_back(connection, migration, ())
        connection.add_notice_handler(say_notice)
        with connection.transaction(force_rollback=True) if dry_run else nullcontext():
            held_back = apply_all(connection, pending, documented, actual.keys(), dry_run)
            validated, broken = validate(connection)
        waiting = held_back + broken
        if validated:
            click.echo(f"rules {'that would be ' if dry_run else ''}validated: {validated}")
        if not pending and not validated and not waiting:
            click.echo(f"nothing to do: all {len(migrations)} files are applied")
    for line in waiting:
        click.echo(line, err=True)
    if waiting:
        click.echo(f"put these right and run this again (rules that wait: {len(waiting)})", err=True)
        sys.exit(RULES_WAIT)


def say_notice(notice: psycopg.errors.Diagnostic) -> None:
    """Print what PostgreSQL remarks; what ends the connection comes this way too, and is said as an error."""
    if notice.severity_nonlocalized in ("NOTICE", "WARNING"):
        click.echo(notice.message_primary, err=True)


@contextmanager
def saying(consequence: str) -> Iterator[None]:
    """Let an error say what it means for the database."""
    try:
        yield
    except click.ClickException as failure:
        failure.message += f"; {consequence}"
        raise


def stop_on(lines: list[str], summary: str) -> None:
    """End with exit code 1 where there are lines, and print every one."""
    for line in lines:
        click.echo(line, err=True)
    if lines:
        raise click.ClickException(f"{summary}; nothing was changed (differences: {len(lines)})")


def take_lock(connection: psycopg.Connection) -> None:
    """Keep a second bootstrap out until this connection ends."""
    # The statements too wait no longer than this behind a query of the platform's, and others behind them.
    connection.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
    try:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
    except psycopg.errors.LockNotAvailable:
        raise click.ClickException(
            f"another bootstrap has been at it for {LOCK_SECONDS} s; run this one again when it has ended"
        ) from None


def read_ledger(connection: psycopg.Connection) -> dict[str, str]:
    """Return the digest of every applied file by its name."""
    if connection.execute("select to_regclass('bootstrap.migrations')").fetchone() == (None,):
        return {}
    return dict(connection.execute("select file, sha256 from bootstrap.migrations order by file").fetchall())


def edits(migrations: dict[str, Migration], applied: dict[str, str]) -> list[str]:
    """Return a line for every file that is gone, or that was applied and reads otherwise now."""
    lines = []
    for name in sorted({PREREQUISITES, *DOCUMENTED, *applied}):
        if name not in migrations:
            lines.append(f"{name} is missing; put it back")
        elif migrations[name].sha256 != applied.get(name, migrations[name].sha256):
            lines.append(f"{name} was edited after it was applied; put it back and write a new file instead")
    return lines


def rehearse(connection: psycopg.Connection, migrations: dict[str, Migration]) -> dict[str, dict[str, Shape]]:
    """Return the tables of each documented file: made in a schema of their own, and all taken back."""
    documented = {}
    with connection.transaction(force_rollback=True):
        use_search_path(connection)
        migrations[PREREQUISITES].run(connection)
        connection.execute(f"create schema {REHEARSAL}")
        use_search_path(connection, REHEARSAL)
        seen = set()
        for name in DOCUMENTED:
            migrations[name].run(connection)
            tables = shapes(connection, REHEARSAL)
            documented[name] = {table: shape for table, shape in tables.items() if table not in seen}
            seen |= tables.keys()
    return documented


def ledger_tables(connection: psycopg.Connection) -> dict[str, Shape]:
    """Return the documented tables as the file applied last left them."""
    return dict(connection.execute("select table_name, shape from bootstrap.tables").fetchall())


def differences(
    unapplied: dict[str, dict[str, Shape]], kept: dict[str, Shape], actual: dict[str, Shape]
) -> list[str]:
    """Return a line for everything in which the ``actual`` tables differ from those that the files make.

    A table of a file not applied yet must be exactly the documented one, if it exists. One of an applied
    file (``kept``) must still be there; columns and constraints that it gained are the platform's.
    """
    lines = []
    for tables in unapplied.values():
        for table in sorted(tables.keys() & actual.keys()):
            found = missing(tables[table], actual[table]) + additions(tables[table], actual[table])
            lines += [f"{table}: {line}" for line in found]
    for table, shape in sorted(kept.items()):
        found = missing(shape, actual[table]) if table in actual else ["the table is missing"]
        lines += [f"{table}: {line}" for line in found]
    return lines


def apply_all(
    connection: psycopg.Connection,
    pending: list[Migration],
    documented: dict[str, dict[str, Shape]],
    present: Set[str],
    dry_run: bool,
) -> list[str]:
    """Apply the files, and say each; return why some have to wait. ``present`` are the tables from before."""
    waiting = []
    for migration in pending:
        tables = documented.get(migration.name, {}).keys()
        with saying("nothing of this file was kept"):
            reason = apply_or_hold_back(connection, migration, tables)
        if reason:
            waiting.append(reason)
            continue
        adopted = ", ".join(sorted(tables & present))
        click.echo(
            f"{'would apply' if dry_run else 'applied'} {migration.name}"
            + (f", keeping the tables that were there: {adopted}" if adopted else "")
        )
    return waiting


def apply_or_hold_back(
    connection: psycopg.Connection, migration: Migration, tables: Iterable[str]
) -> str | None:
    """Apply a file, or return why it has to wait: rows that break it, or a name that is taken."""
    try:
        apply(connection, migration, tables)
    except click.ClickException as failure:
        error = failure.__cause__
        is_later = migration.name not in (PREREQUISITES, *DOCUMENTED)
        state = getattr(error, "sqlstate", None) or ""  # a lost connection has none
        if not (is_later and state.startswith(HELD_BACK_BY)):
            raise
        if isinstance(error, psycopg.errors.UniqueViolation):
            rows = repeating(connection, error, migration.statements)
            return f"{migration.name} is not applied: {error.diag.constraint_name} is broken by {rows}"
        return f"{migration.name} is not applied: {failure.message}"
    return None


def apply(connection: psycopg.Connection, migration: Migration, tables: Iterable[str]) -> None:
    """Run one file, and enter it and the shapes that it leaves into the ledger: all of it or nothing."""
    with connection.transaction():
        use_search_path(connection)
        # What a documented file finds there already is compared; of another PostgreSQL's notices tell.
        connection.execute(
            f"set client_min_messages = {'warning' if migration.name in DOCUMENTED else 'notice'}"
        )
        migration.run(connection)
        connection.execute("set client_min_messages = warning")
        connection.execute(LEDGER)
        connection.execute(
            "insert into bootstrap.migrations values (%s, %s)", [migration.name, migration.sha256]
        )
        listed = {table for (table,) in connection.execute("select table_name from bootstrap.tables")}
        now = shapes(connection, "public")
        for table in sorted(listed.union(tables)):
            connection.execute(
                "insert into bootstrap.tables values (%s, %s) "
                "on conflict (table_name) do update set shape = excluded.shape",
                [table, json.dumps(now[table])],
            )


def use_search_path(connection: psycopg.Connection, first: str | None = None) -> None:
    """Let unqualified names mean ``public``, and uuid_generate_v4() the one there is, wherever it lives."""
    connection.execute(
        """
        select set_config('search_path', concat_ws(', ', %s::text, 'public', (
          select quote_ident(n.nspname) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.proname = 'uuid_generate_v4' and p.pronargs = 0
          order by n.nspname <> 'public', n.nspname limit 1
        )), false)
        """,
        [first],
    )


if __name__ == "__main__":
    main()
