"""Load a bundle, or through a mapping any flat file, into PostgreSQL."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb
import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Report

from scripts.shared import batch, mapping, observations, upsert
from scripts.shared.bundle import table_files
from scripts.shared.database import connect
from scripts.shared.documented_tables import (
    BUNDLE_TABLES,
    OBSERVATIONS,
    PUBLISHED_BY_DBT,
    Table,
    in_order,
    read_table,
)
from scripts.shared.source import header, identifier, import_file, lines_of, literal, uuid_of, workspace
from scripts.shared.stream import copy_rows
from scripts.shared.upsert import Written

SOME_REJECTED = 3
REPORT_WIDTH = 120  # where no terminal has one


@dataclass(frozen=True)
class Outcome:
    """What became of the rows for one table."""

    table: str
    read: int
    accepted: int
    written: Written

    @property
    def rejected(self) -> int:
        """The rows that were read and not accepted."""
        return self.read - self.accepted


class Load:
    """The two databases that a load works between, its batch and its progress bar."""

    def __init__(
        self,
        rows: duckdb.DuckDBPyConnection,
        connection: psycopg.Connection,
        batch_id: int,
        progress: Progress,
    ) -> None:
        self.rows = rows
        self.cursor = connection.cursor()
        self.batch_id = batch_id
        self.progress = progress
        upsert.make_staging(self.cursor)

    @contextmanager
    def step(self, text: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show a step of the work; give what to call with the number of rows done."""
        task = self.progress.add_task(text, total=total)
        yield lambda done: self.progress.advance(task, done)
        self.progress.update(task, total=total or 1, completed=total or 1)

    def read(self, path: Path, columns: list[str], types: dict[str, str] | None = None) -> int:
        """Read a file into DuckDB; return how many rows it has."""
        with self.step(f"reading {path.name}"):
            return import_file(self.rows, path, columns, types or {})

    def write_table(
        self, table: Table, columns: list[str], file: str, query: str, keep_existing: bool
    ) -> Written:
        """Write the rows of ``query`` (file_row and the bundle's columns) to a documented table."""
        cells = ", ".join(f"{literal(name)}: {identifier(name)}" for name in columns)
        identified = [name for name in columns if table.identifies(name)]
        ids = ", ".join(f"{literal(name)}: {uuid_of(identifier(name))}::varchar" for name in identified)
        with self.step(f"writing {table.name}"):
            self.cursor.execute("truncate incoming")
            copy_rows(
                self.rows,
                f"select row_number() over (order by file_row), line, to_json({{{cells}}}), "
                f"{f'to_json({{{ids}}})' if ids else 'null'} from ({lines_of(file, query)})",
                self.cursor,
                "incoming (file_row, line, cells, ids)",
            )
            self.cursor.execute("analyze incoming")
            return upsert.load_rows(self.cursor, table, columns, file, keep_existing)

    def write_observations(self, file: str, read: int, given: list[str], combine: bool = False) -> Outcome:
        """Check the observations in ``source`` and write them."""
        with self.step(f"checking {file}"):
            accepted = observations.check(self.rows, file, given, combine)
        with self.step(f"writing {OBSERVATIONS}", accepted) as progress:
            written = observations.store(self.rows, self.cursor, self.batch_id, given, progress)
        return Outcome(OBSERVATIONS, read, accepted, written)


def load_bundle(load: Load, files: dict[str, Path], tables: dict[str, Table]) -> list[Outcome]:
    """Load the files of a bundle, those that others refer to first."""
    outcomes = []
    for table in in_order(list(tables.values())):
        path = files[table.name]
        columns = header(path)
        read = load.read(path, columns)
        query = f"select file_row, {', '.join(map(identifier, columns))} from source"
        written = load.write_table(table, columns, path.name, query, keep_existing=False)
        outcomes.append(Outcome(table.name, read, written.new + written.changed + written.unchanged, written))
    if OBSERVATIONS in files:
        path = files[OBSERVATIONS]
        columns = header(path)
        read = load.read(path, columns, observations.READ_AS)
        outcomes.append(load.write_observations(path.name, read, columns))
    return outcomes


def load_mapped(load: Load, wanted: mapping.Mapping, path: Path, tables: dict[str, Table]) -> list[Outcome]:
    """Load the tables that a mapping makes of one source file."""
    read = load.read(path, mapping.source_header(path))
    mapping.define_rows(load.rows, wanted)
    for table_mapping in wanted.tables:
        mapping.check_sql(load.rows, wanted, table_mapping)
    by_name = {table_mapping.table: table_mapping for table_mapping in wanted.tables}
    outcomes = []
    for table in in_order(list(tables.values())):
        made = by_name[table.name]
        columns = list(made.columns)
        with load.step(f"making {table.name}"):
            load.rows.execute(f"create or replace table made as {mapping.table_rows(made)}")
            ((count,),) = load.rows.execute("select count(*) from made").fetchall()
        query = f"select source_row as file_row, {', '.join(map(identifier, columns))} from made"
        written = load.write_table(table, columns, path.name, query, made.keep_existing)
        outcomes.append(
            Outcome(table.name, count, written.new + written.changed + written.unchanged, written)
        )
    if OBSERVATIONS in by_name:
        made = by_name[OBSERVATIONS]
        load.rows.execute(f"create or replace table mapped_source as {mapping.observation_rows(made)}")
        load.rows.execute("create or replace view source as from mapped_source")
        load.rows.execute("drop table imported")
        outcomes.append(load.write_observations(path.name, read, list(made.columns), made.combine))
    return outcomes


def report(outcomes: list[Outcome]) -> None:
    """Print what became of the rows, a line per table; never a value."""
    table = Report("table", "read", "accepted", "rejected", "new", "changed", "unchanged")
    for column in table.columns[1:]:
        column.justify = "right"
    for outcome in outcomes:
        written = outcome.written
        numbers = (
            outcome.read,
            outcome.accepted,
            outcome.rejected,
            written.new,
            written.changed,
            written.unchanged,
        )
        table.add_row(outcome.table, *(f"{number:,}" for number in numbers))
    console = Console()
    if not console.is_terminal:
        console.width = REPORT_WIDTH
    console.print(table)


@contextmanager
def duckdb_errors_in_one_line(path: Path) -> Iterator[None]:
    """Turn what DuckDB could not do into one line that quotes no value."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise click.ClickException(f"{path}: {str(error).splitlines()[0]}") from None
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException):
        raise click.ClickException(
            f"{path}: an expression of the mapping fails on a value; use try_cast, which gives NULL there"
        ) from None
    except duckdb.Error as error:
        raise click.ClickException(f"{path}: DuckDB cannot read it ({type(error).__name__})") from None


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="Says which column is what.")
def main(path: Path, mapping_file: Path | None) -> None:
    """Load the bundle in the folder PATH; with --mapping, the file PATH or the one in it that it names.

    Ends with 0 when every row was accepted, 3 when some were rejected (raw.rejected_rows says why), 1 when
    nothing was loaded. The same bundle twice changes nothing.
    """
    if not path.exists():
        raise click.ClickException(f"{path}: no such file or folder")
    if mapping_file:
        wanted = mapping.read_mapping(mapping_file)
        file = mapping.source_file(wanted, path)
        source = file.name
        made = {table.table: table for table in wanted.tables}
        names = list(made)
    else:
        if not path.is_dir():
            raise click.ClickException(
                f"{path}: not a folder; a bundle is one, and any other file needs --mapping"
            )
        files = {file.table: file.path for file in table_files(path, BUNDLE_TABLES, PUBLISHED_BY_DBT)}
        source = path.resolve().name
        names = list(files)

    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with connect() as connection, workspace() as rows, progress, duckdb_errors_in_one_line(path):
        tables = {name: read_table(connection, name) for name in names if name != OBSERVATIONS}
        for name in names:
            columns = made[name].columns if mapping_file else header(files[name])
            place = f"{mapping_file}: tables.{name}.columns" if mapping_file else f"{files[name]}: line 1"
            tables.get(name, observations).check_header(list(columns), place)
        batch_id = batch.begin(connection, source)
        load = Load(rows, connection, batch_id, progress)
        outcomes = (
            load_mapped(load, wanted, file, tables) if mapping_file else load_bundle(load, files, tables)
        )
        new_findings = batch.keep_rejected(rows, load.cursor, batch_id, source)
        # Through a mapping a source row may stand in several tables: it is counted once, as observation.
        counted = [outcome for outcome in outcomes if outcome.table == OBSERVATIONS] if mapping_file else []
        counted = counted or outcomes
        read, accepted = sum(o.read for o in counted), sum(o.accepted for o in counted)
        rejected = sum(o.rejected for o in counted)
        batch.finish(connection, batch_id, read, accepted, rejected)
        changed = sum(o.written.new + o.written.changed for o in outcomes)
        if not changed and not new_findings:
            connection.rollback()

    report(outcomes)
    refused = sum(outcome.rejected for outcome in outcomes)
    note = f"batch {batch_id}" if changed or new_findings else "nothing changed"
    if refused:
        note += f"; reasons in raw.rejected_rows where source = '{source}'"
    click.echo(f"read {read}, accepted {accepted}, rejected {rejected} ({note})")
    if refused:
        sys.exit(SOME_REJECTED)


if __name__ == "__main__":
    main()
