"""Observations into raw.metric_observations: checked for form, stored only where they say something new."""

from collections.abc import Callable

import click
import duckdb
import psycopg

from scripts.shared.documented_tables import OBSERVATIONS
from scripts.shared.source import literal, reject, uuid_of
from scripts.shared.stream import copy_rows
from scripts.shared.upsert import Written

REQUIRED = ("organization_id", "metric_name", "period", "value", "unit")
OPTIONAL = ("site_id", "data_quality", "verification_status", "reported_at")
COLUMNS = (*REQUIRED, *OPTIONAL)
TYPES = {"data_quality": "double", "reported_at": "timestamptz"}
READ_AS = {"organization_id": "uuid", "value": "double"}  # where every cell of the file allows it

# What makes two rows one version of one observation, and what may be restated.
VERSION = ("organization_id", "metric_name", "period", "site_id", "reported_at")
NULLABLE = {"site_id": "''", "reported_at": "'-infinity'"}  # with what no stored row has: no join finds NULL
SAYS = ("value", "unit", "data_quality", "verification_status")


def check_header(columns: list[str], place: str) -> None:
    """Refuse columns of which one is unknown, or among which a required one is missing."""
    for name in columns:
        if name not in COLUMNS:
            raise click.ClickException(
                f"{place}: {OBSERVATIONS} has no column {name!r}; it may have {', '.join(COLUMNS)}"
            )
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise click.ClickException(f"{place}: the column {', '.join(missing)} is missing; add it")


def check(connection: duckdb.DuckDBPyConnection, file: str, given: list[str], combine: bool) -> int:
    """Turn ``source`` into ``observations``, typed; reject what has no form; return the rows accepted.

    ``given`` are the columns of ``source``. Of rows that are one version of one observation the last holds,
    unless ``combine``: then their values add up, and each of the rows is accepted.
    """
    described = connection.execute("describe source").fetchall()
    texts = [name for name, kind, *_ in described if name in given and kind == "VARCHAR"]
    optional = [
        "null" + f"::{TYPES.get(name, 'varchar')} as {name}"
        if name not in given
        else f"try_cast({name} as {TYPES[name]}) as {name}"
        if name in TYPES
        else name
        for name in OPTIONAL
    ]
    connection.execute(
        f"create or replace view typed as select file_row, {uuid_of('organization_id')} as organization_id, "
        f"metric_name, period, try_cast(value as double) as value, unit, {', '.join(optional)}, "
        f"case {faults(texts)} end as finding from source"
    )
    # Read once for both: what is wrong with a row, and the digest by which a second row of its version shows.
    connection.execute(
        f"create or replace table checked as select finding, hash({', '.join(VERSION)}) as digest from typed"
    )
    connection.execute(
        "create or replace table faulty as "
        "select rowid + 1 as file_row, split_part(finding, ': ', 1) as column_name, "
        "split_part(finding, ': ', 2) as reason from checked where finding is not null"
    )
    reject(connection, file, "from faulty")
    connection.execute(
        "create or replace view readable as "
        "select * exclude (finding) from typed anti join faulty using (file_row)"
    )
    connection.execute("drop view if exists observations")
    add_up(connection, file) if combine else keep_the_last(connection, file)
    connection.execute("drop table checked")
    ((rows,),) = connection.execute(
        "select (select count(*) from source) - (select count(*) from rejected where file_row is not null)"
    ).fetchall()
    return rows


def faults(texts: list[str]) -> str:
    """Return the branches of the SQL CASE that gives the first ``column: reason`` of a row, or NULL.

    ``texts`` are the columns of ``source`` that are text: another type has no cell that cannot be read.
    """
    branches = {f"{name} is null": f"{name}: is missing" for name in REQUIRED}
    if "value" in texts:
        branches["try_cast(value as double) is null"] = "value: is not a number"
    if "data_quality" in texts:
        unreadable = "data_quality is not null and try_cast(data_quality as double) is null"
        branches[unreadable] = "data_quality: is not a number"
    if "reported_at" in texts:
        finite = "coalesce(isfinite(try_cast(reported_at as timestamptz)), false)"
        branches[f"reported_at is not null and not {finite}"] = (
            "reported_at: is not a date such as 2024-03-31"
        )
    for name in texts:
        control = " or ".join(f"contains({name}, chr({code}))" for code in (0, 10, 13))
        branches[control] = f"{name}: holds a line break or a NUL"
    return " ".join(f"when {condition} then {literal(text)}" for condition, text in branches.items())


def keep_the_last(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Make ``observations`` of the last row of each version; reject the others."""
    version = ", ".join(VERSION)
    # The exact comparison needs only the few rows whose digest stands there twice.
    connection.execute(
        "create or replace table repeated as select rowid + 1 as file_row from checked where digest in "
        "(select digest from checked where finding is null group by digest having count(*) > 1)"
    )
    connection.execute(
        "create or replace table superseded as "
        "select file_row from readable semi join repeated using (file_row) "
        f"qualify row_number() over (partition by {version} order by file_row desc) > 1"
    )
    reason = literal("a later row of this file has the same key")
    reject(connection, file, f"select file_row, null as column_name, {reason} as reason from superseded")
    connection.execute("create view observations as from readable anti join superseded using (file_row)")


def add_up(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Make ``observations`` of the sums of each version; reject rows whose unit is not the last one's."""
    version = ", ".join(VERSION)
    rest = ("data_quality", "verification_status")
    reason = literal("cannot be added to the later rows, which have another unit")
    reject(
        connection,
        file,
        f"select file_row, 'unit' as column_name, {reason} as reason from (select file_row, unit, "
        f"first_value(unit) over (partition by {version} order by file_row desc) as last_unit from readable) "
        "where unit <> last_unit",
    )
    # In the order of the file, so that the same file gives the same sum to the last digit.
    connection.execute(
        "create view observations as select min(file_row) as file_row, "
        "sum(value order by file_row) as value, "
        f"{version}, unit, {', '.join(f'min({name}) as {name}' for name in rest)} "
        "from readable anti join rejected on rejected.file_row = readable.file_row "
        f"group by {version}, unit"
    )


def store(
    connection: duckdb.DuckDBPyConnection,
    cursor: psycopg.Cursor,
    batch_id: int,
    given: list[str],
    progress: Callable[[int], None],
) -> Written:
    """Send the ``given`` columns of ``observations``; what is stored already is not stored again."""
    cursor.execute(
        "create temp table incoming_series (metric_name text, period text, unit text) on commit drop"
    )
    copy_rows(
        connection, "select distinct metric_name, period, unit from observations", cursor, "incoming_series"
    )
    ((seen_before,),) = cursor.execute(
        "select exists "
        "(select from incoming_series inner join raw.observed_series using (metric_name, period))"
    ).fetchall()
    columns = ("batch_id", "file_row", *given)
    query = f"select {batch_id} as batch_id, {', '.join(columns[1:])} from observations"
    if not seen_before:  # nothing to compare with
        rows = copy_rows(
            connection, query, cursor, f"raw.metric_observations ({', '.join(columns)})", progress
        )
        written = Written(rows, 0, 0)
    else:
        cursor.execute(
            "create temp table incoming_observations (like raw.metric_observations) on commit drop"
        )
        rows = copy_rows(connection, query, cursor, f"incoming_observations ({', '.join(columns)})", progress)
        written = store_news(cursor, rows, ", ".join(columns))
    cursor.execute(
        """
        insert into raw.observed_series (metric_name, period, unit, last_batch_id)
        select metric_name, period, unit, %s from incoming_series
        on conflict (metric_name, period, unit) do update set last_batch_id = excluded.last_batch_id
        """,
        (batch_id,),
    )
    if written.new + written.changed:
        cursor.execute("analyze raw.metric_observations")
    return written


def store_news(cursor: psycopg.Cursor, rows: int, columns: str) -> Written:
    """Append the rows of ``incoming_observations`` that the latest stored version does not say already."""
    cursor.execute("analyze incoming_observations, incoming_series")
    same_version = " and ".join(
        f"coalesce(n.{name}, {NULLABLE[name]}) = coalesce(s.{name}, {NULLABLE[name]})"
        if name in NULLABLE
        else f"n.{name} = s.{name}"
        for name in VERSION
    )
    same_words = " and ".join(f"n.{name} is not distinct from s.{name}" for name in SAYS)
    cursor.execute(
        f"""
        create temp table stored_versions on commit drop as
        select distinct on (n.file_row) n.file_row, {same_words} as unchanged
        from incoming_observations n
        inner join raw.metric_observations s on {same_version}
        where (s.metric_name, s.period) in (select metric_name, period from incoming_series)
        order by n.file_row, s.batch_id desc, s.file_row desc
        """
    )
    ((changed, unchanged),) = cursor.execute(
        "select count(*) filter (where not unchanged), count(*) filter (where unchanged) from stored_versions"
    ).fetchall()
    cursor.execute("alter table stored_versions add primary key (file_row)")
    news = (
        "from incoming_observations n left join stored_versions v using (file_row) "
        "where v.unchanged is not true"
    )
    cursor.execute(f"insert into raw.metric_observations ({columns}) select {columns} {news}")
    cursor.execute("truncate incoming_series")
    cursor.execute(f"insert into incoming_series select distinct n.metric_name, n.period, n.unit {news}")
    return Written(rows - changed - unchanged, changed, unchanged)
