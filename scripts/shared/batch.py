"""One load is one batch: one transaction, one number, one row in raw.batches, and what it rejected."""

import click
import duckdb
import psycopg

from scripts.shared.stream import copy_rows

LOCK = 20240716  # any number, as long as every load takes the same
REJECTED = "file, line, column_name, reason, row_text"


def begin(connection: psycopg.Connection, source: str) -> int:
    """Wait until no other load runs, so that batches commit in the order of their numbers; give this one."""
    if connection.execute("select to_regclass('raw.batches')").fetchone() == (None,):
        raise click.ClickException(
            "the table raw.batches is not there; run python -m scripts.bootstrap first"
        )
    connection.execute("set local timezone = 'UTC'")  # a time without a zone is UTC on every machine
    connection.execute("set local datestyle = 'ISO, YMD'")  # 05/01/2024 is refused instead of guessed
    connection.execute("set local work_mem = '128MB'")
    if connection.execute("select pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone() == (False,):
        click.echo("another load is running; waiting for it to end", err=True)
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
    ((batch_id,),) = connection.execute(
        "insert into raw.batches (source, rows_read, rows_accepted, rows_rejected) values (%s, 0, 0, 0) "
        "returning batch_id",
        (source,),
    ).fetchall()
    return batch_id


def keep_rejected(rows: duckdb.DuckDBPyConnection, cursor: psycopg.Cursor, batch_id: int, source: str) -> int:
    """Write what DuckDB and PostgreSQL refused to raw.rejected_rows; return how many findings are new."""
    copy_rows(rows, f"select {REJECTED} from rejected", cursor, f"rejected_now ({REJECTED})")
    cursor.execute(
        f"insert into raw.rejected_rows (batch_id, source, {REJECTED}) "
        f"select %s, %s, {REJECTED} from rejected_now on conflict do nothing",
        (batch_id, source),
    )
    return cursor.rowcount


def finish(connection: psycopg.Connection, batch_id: int, read: int, accepted: int, rejected: int) -> None:
    """Write the batch's counts."""
    connection.execute(
        "update raw.batches set rows_read = %s, rows_accepted = %s, rows_rejected = %s where batch_id = %s",
        (read, accepted, rejected, batch_id),
    )
