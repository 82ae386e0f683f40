"""The one way into PostgreSQL: libpq's own variables, and errors a person can act on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg

OLDEST_SERVER = 150000  # PostgreSQL 15: NULLS NOT DISTINCT and security_invoker
CONNECT_SECONDS = 15

# Classes whose messages quote the data: 22 (bad value), 23 (constraint), P0 (raised by a function).
CLASSES_THAT_QUOTE_VALUES = ("22", "23", "P0")


def target() -> str:
    """Return ``user@host:port/database`` as libpq will read it, without the password."""
    user = os.environ.get("PGUSER", "the current user")
    host = os.environ.get("PGHOST", "the local socket")
    port = os.environ.get("PGPORT", "5432")
    return f"{user}@{host}:{port}/{os.environ.get('PGDATABASE', user)}"


def describe(error: psycopg.Error) -> str:
    """Return one line that says what went wrong and never quotes a value of a row."""
    state = error.sqlstate
    if state is None:  # there was no answer, or no connection
        # libpq indents its guesses at the cause.
        lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("\t")]
        reason = lines[-1].rpartition("failed: ")[2].strip() if lines else "the connection was lost"
        advice = "check that it runs and that PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE are right"
        if "PGHOST" not in os.environ:
            advice = (
                'set the PG* variables, for the embedded server by: eval "$(python -m scripts.embedded env)"'
            )
        return f"PostgreSQL at {target()}: {reason}; {advice}"
    if state.startswith(CLASSES_THAT_QUOTE_VALUES):
        place = ".".join(
            filter(None, (error.diag.schema_name, error.diag.table_name, error.diag.column_name))
        )
        rule = error.diag.constraint_name
        what = " ".join(filter(None, (place and f"in {place}", rule and f"by {rule}")))
        return f"PostgreSQL at {target()} refused a row {what}".rstrip() + f" (SQLSTATE {state})"
    line = f"PostgreSQL at {target()}: {error.diag.message_primary} (SQLSTATE {state})"
    if state == "42501":
        line += f"; ask the owner to grant it to {os.environ.get('PGUSER', 'this user')}"
    if state == "55P03":
        line += "; another session holds the lock, run this again when it has ended"
    if state == "25006":
        line += "; connect to the primary, this server only reads"
    return line


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn any error of PostgreSQL into one line and exit code 1."""
    try:
        yield
    except psycopg.Error as error:
        raise click.ClickException(describe(error)) from None


@contextmanager
def connect(**options: object) -> Iterator[psycopg.Connection]:
    """Open a connection from the PG* variables; commit at the end, roll back and explain on an error."""
    if "PGCONNECT_TIMEOUT" not in os.environ:  # psycopg itself would wait for two minutes
        options = {"connect_timeout": CONNECT_SECONDS} | options
    with errors_in_one_line(), psycopg.connect(**options) as connection:
        if connection.info.server_version < OLDEST_SERVER:
            major = connection.info.server_version // 10000
            raise click.ClickException(
                f"PostgreSQL at {target()} is version {major}; {OLDEST_SERVER // 10000} or newer is needed"
            )
        yield connection
