"""Reading one CSV or Parquet file: DuckDB brings its rows, as trimmed text, into a table that spills to disk.

Of each file there is afterwards ``source`` (file_row, and every column as text, NULL where the cell is empty)
and of all files together ``rejected`` (file, line, column_name, reason, row_text). A line is a record as a
spreadsheet counts them: the header is line 1, and a cell with a line break in it makes no second line.
"""

import csv
import gzip
import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb

from scripts.shared.bundle import FORMATS, format_of

HEADER_BYTES = 1 << 16
LONGEST_ROW_TEXT = 10_000
WHITE_SPACE = "e' \\t\\r\\n'"

# What DuckDB calls a line it cannot read, in the words of raw.rejected_rows.
REASONS = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "INVALID ENCODING": "not UTF-8",
    "LINE SIZE OVER MAXIMUM": "longer than 2 MB",
}


def identifier(name: str) -> str:
    """Return the name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return the text as a SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def trimmed(cell: str) -> str:
    """Return the SQL of a text without white space around it, NULL where nothing is left."""
    # The comparisons cost a quarter of what trimming every cell would.
    inside = f"nullif(trim({cell}, {WHITE_SPACE}), '')"
    return f"case when {cell} < '!' or right({cell}, 1) < '!' then {inside} else {cell} end"


def uuid_of(expression: str) -> str:
    """Return the SQL of an identifier: a UUID stays itself, another text becomes the same UUID every time."""
    return f"coalesce(try_cast({expression} as uuid), md5({expression}::varchar)::uuid)"


@contextmanager
def workspace() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB of bounded memory in a temporary folder that goes when the work is done."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        options = {
            "memory_limit": "320MB",
            "threads": 2,
            "temp_directory": str(Path(folder) / "spill"),
            "autoinstall_known_extensions": False,  # nothing is fetched from a network
            "async_threads": 0,  # the writer would wait for a full pipe by spinning, on PostgreSQL's core
        }
        # In a file, unlike in memory, DuckDB compresses what it keeps.
        connection = duckdb.connect(Path(folder) / "rows.duckdb", config=options)
        try:
            connection.execute("pragma disable_checkpoint_on_shutdown")  # nobody opens the file again
            connection.execute("set TimeZone = 'UTC'")  # a time without a zone is UTC on every machine
            connection.execute(
                "create table rejected "
                "(file text, line bigint, column_name text, reason text, row_text text, file_row bigint)"
            )
            yield connection
        finally:
            connection.close()


def folder_of(connection: duckdb.DuckDBPyConnection) -> Path:
    """Return the temporary folder of a workspace."""
    ((spill,),) = connection.execute("select current_setting('temp_directory')").fetchall()
    return Path(spill).parent


def header(path: Path) -> list[str]:
    """Return the file's column names, lower case and trimmed; a file without a usable header is refused."""
    if not path.is_file():
        raise click.ClickException(f"{path}: no such file")
    ending = format_of(path)
    if ending is None:
        raise click.ClickException(f"{path}: only {', '.join(FORMATS)} can be read")
    if path.stat().st_size == 0:
        raise click.ClickException(f"{path}: the file is empty; its first line must name the columns")
    names = parquet_header(path) if ending == ".parquet" else csv_header(path)
    names = [name.strip().lower() for name in names]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise click.ClickException(f"{path}: line 1: the column {repeated[0]!r} stands there twice")
    if "" in names:
        raise click.ClickException(f"{path}: line 1: column {names.index('') + 1} has no name")
    return names


def csv_header(path: Path) -> list[str]:
    """Return the first line's cells; what is no CSV with commas in UTF-8 is refused."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            start = file.read(HEADER_BYTES)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise click.ClickException(f"{path}: not a gzip file, or cut short; compress it again") from None
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None
    # The last character may be cut in two.
    text = start.decode("utf-8-sig", errors="ignore" if len(start) == HEADER_BYTES else "replace")
    line = next(iter(csv.reader(io.StringIO(text, newline=None))), [])
    if not any(cell.strip() for cell in line):
        raise click.ClickException(f"{path}: line 1 is empty; it must name the columns")
    if "\0" in text[: len(",".join(line))]:
        raise click.ClickException(f"{path}: not UTF-8 text; save it as UTF-8")
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(line) == 1 and separator in line[0]:
            raise click.ClickException(f"{path}: line 1 is separated by {name}; save it with commas")
    return line


def parquet_header(path: Path) -> list[str]:
    """Return the names of the columns."""
    try:
        with duckdb.connect() as connection:
            rows = connection.execute(f"describe from read_parquet({literal(path)})").fetchall()
    except duckdb.Error:
        raise click.ClickException(f"{path}: not a Parquet file, or cut short; write it again") from None
    return [row[0] for row in rows]


def import_file(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str], types: dict[str, str]
) -> int:
    """Read the file into ``source``, what cannot be read into ``rejected``; return the number of rows read.

    ``columns`` is the file's :func:`header`. A column of a CSV file with one of the ``types`` comes as that
    type when every cell of the file has it; otherwise, and without a type, as text. A quote that is never
    closed refuses the file, because nobody can tell where the rows after it begin.
    """
    connection.execute("drop table if exists imported")
    if format_of(path) == ".parquet":
        import_parquet(connection, path, columns)
        unreadable = 0
    else:
        unreadable = import_csv(connection, path, columns, types)
    # DuckDB keeps the order of the file; a window to number the rows would read it with one thread only.
    connection.execute("create or replace view source as select rowid + 1 as file_row, * from imported")
    ((rows,),) = connection.execute("select count(*) from source").fetchall()
    return rows + unreadable


def import_parquet(connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str]) -> None:
    """Read a Parquet file into ``imported``; lists and structs become JSON."""
    described = connection.execute(f"describe from read_parquet({literal(path)})").fetchall()
    nested = ("STRUCT", "MAP", "UNION", "VARIANT")
    cells = [
        f"{trimmed(cell)} as {identifier(column)}"
        for column, (name, kind, *_) in zip(columns, described, strict=True)
        for cell in [
            f"to_json({identifier(name)})::varchar"
            if kind.endswith("]") or kind.startswith(nested)
            else f"{identifier(name)}::varchar"
        ]
    ]
    try:
        connection.execute(
            f"create table imported as select {', '.join(cells)} from read_parquet({literal(path)})"
        )
    except (duckdb.InvalidInputException, duckdb.IOException):
        raise click.ClickException(f"{path}: not a Parquet file, or cut short; write it again") from None


def import_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str], types: dict[str, str]
) -> int:
    """Read a CSV file into ``imported``; return how many lines could not be read."""
    try:
        # Typed, a file is read three times as fast; as text, raw.rejected_rows has each cell as it was given.
        if not types or not read_typed(connection, path, columns, types):
            try:
                read_csv(connection, path, columns, {})
            except duckdb.InvalidInputException:
                # Line ends of several kinds, as of two files put together: the reader takes one kind only.
                with one_kind_of_line_end(path, folder_of(connection)) as copy:
                    read_csv(connection, copy, columns, {})
    except duckdb.IOException as error:
        if "GZIP" in str(error).upper():
            raise click.ClickException(f"{path}: not a gzip file, or cut short; compress it again") from None
        raise
    except duckdb.InvalidInputException:
        raise click.ClickException(f"{path}: not a CSV file; save it as comma-separated UTF-8 text") from None
    return keep_rejects(connection, path)


def read_typed(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str], types: dict[str, str]
) -> bool:
    """Read a file into ``imported`` with the ``types``; return whether it has no cell of another type."""
    try:
        read_csv(connection, path, columns, types)
    except duckdb.InvalidInputException:
        return False
    mistyped = "select exists (from reject_errors where error_type::varchar = 'CAST')"
    return connection.execute(mistyped).fetchone() == (False,)


def read_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str], types: dict[str, str]
) -> None:
    """Read a file into ``imported``, what has no type as text, and its faults into ``reject_errors``."""
    kinds = ", ".join(f"{literal(name)}: {literal(types.get(name, 'varchar'))}" for name in columns)
    cells = ", ".join(
        f"{identifier(name) if name in types else trimmed(identifier(name))} as {identifier(name)}"
        for name in columns
    )
    for table in ("imported", "reject_errors", "reject_scans"):
        connection.execute(f"drop table if exists {table}")
    connection.execute(
        f"create table imported as select {cells} "
        f"from read_csv({literal(path)}, columns = {{{kinds}}}, header = true, auto_detect = false, "
        "delim = ',', quote = '\"', escape = '\"', "
        f"store_rejects = true, rejects_line_size_limit = {LONGEST_ROW_TEXT})"
    )


@contextmanager
def one_kind_of_line_end(path: Path, folder: Path) -> Iterator[Path]:
    """Give a copy of the file in which every line ends in LF."""
    copy = folder / "one_kind_of_line_end.csv"
    # Latin-1 keeps every byte as it is, whatever the file's encoding.
    with (
        (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="latin-1") as file,
        copy.open("w", encoding="latin-1", newline="\n") as out,
    ):
        shutil.copyfileobj(file, out, 1 << 20)
    yield copy
    copy.unlink()


def keep_rejects(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Move DuckDB's findings to ``rejected``, one per line; return how many lines there were."""
    broken = connection.execute(
        "select min(line) from reject_errors where error_type::varchar = 'UNQUOTED VALUE'"
    ).fetchall()[0][0]
    if broken is not None:
        raise click.ClickException(
            f"{path}: line {broken}: a quote is opened and not closed, so the rest cannot be told apart; "
            'write a quote inside a cell as ""'
        )
    reasons = " ".join(f"when {literal(kind)} then {literal(reason)}" for kind, reason in REASONS.items())
    connection.execute(
        f"""
        insert into rejected
        select
          {literal(path.name)}, line, any_value(column_name order by column_idx),
          any_value(
            case error_type::varchar {reasons} else lower(error_type::varchar) end order by column_idx
          ),
          left(replace(trim(any_value(csv_line), {WHITE_SPACE}), chr(0), ''), {LONGEST_ROW_TEXT}), null
        from reject_errors group by line, line_byte_position
        """
    )
    ((lines,),) = connection.execute(
        "select count(*) from (select distinct line, line_byte_position from reject_errors)"
    ).fetchall()
    return lines


def lines_of(file: str, rows: str) -> str:
    """Return the SQL of ``rows`` (a query with file_row) with the line in the file beside each.

    What could not be read stands in the file and has no file_row: it moves what comes after it by one line.
    """
    unreadable = (
        "select line - 1 - row_number() over (order by line) as after_row, "
        "row_number() over (order by line) as moved "
        f"from rejected where file = {literal(file)} and file_row is null"
    )
    return (
        f"select kept.*, kept.file_row + 1 + coalesce(gap.moved, 0) as line from ({rows}) as kept "
        f"asof left join (select after_row, max(moved) as moved from ({unreadable}) group by 1) as gap "
        "on kept.file_row > gap.after_row"
    )


def reject(connection: duckdb.DuckDBPyConnection, file: str, rows: str) -> None:
    """Note rows of ``source``: ``rows`` is a query giving file_row, column_name and reason."""
    row = "json_merge_patch(to_json(source), '{\"file_row\": null}')::varchar"  # file_row is ours
    connection.execute(
        f"""
        insert into rejected
        select
          {literal(file)}, found.line, found.column_name, found.reason,
          left(replace({row}, '\\u0000', ''), {LONGEST_ROW_TEXT}), found.file_row
        from ({lines_of(file, rows)}) as found inner join source using (file_row)
        """
    )
