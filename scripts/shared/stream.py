"""Rows from DuckDB to PostgreSQL through COPY, never held in Python."""

import os
import threading
from collections.abc import Callable

import duckdb
import psycopg

from scripts.shared.source import folder_of, literal

PIECE = 1 << 18


def copy_rows(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    cursor: psycopg.Cursor,
    target: str,
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Send the rows of the DuckDB query into ``target`` (``table (columns)``); return how many arrived.

    DuckDB writes CSV into a named pipe in a thread of its own while this one hands the pieces to PostgreSQL;
    nobody else may use the connection meanwhile. An error on either side ends the COPY and is raised.
    ``progress`` is called with the number of lines of each piece.
    """
    pipe = folder_of(connection) / "rows.pipe"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe, 0o600)
    # Opened before the writer starts, so that neither end waits for the other if it fails at once.
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reading, True)
    keep_open = os.open(pipe, os.O_WRONLY)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            connection.execute(
                f"copy ({query}) to {literal(pipe)} (format csv, header false, use_tmp_file false)"
            ).fetchall()
        except BaseException as error:
            failures.append(error)
        finally:
            os.close(keep_open)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        with cursor.copy(f"copy {target} from stdin (format csv)") as copy:
            while piece := os.read(reading, PIECE):
                copy.write(piece)
                progress(piece.count(b"\n"))
            thread.join()
            if failures:
                raise failures[0]
    except BaseException:
        connection.interrupt()
        while os.read(reading, PIECE):  # a writer without a reader would wait for one for ever
            pass
        raise
    finally:
        thread.join()
        os.close(reading)
        pipe.unlink()
    return cursor.rowcount
