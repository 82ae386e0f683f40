"""A mapping file: how somebody else's flat file becomes a bundle. mappings/README.md is the language."""

from dataclasses import dataclass, field
from pathlib import Path

import click
import duckdb
import yaml

from scripts.shared.bundle import format_of
from scripts.shared.documented_tables import BUNDLE_TABLES, OBSERVATIONS, PUBLISHED_BY_DBT
from scripts.shared.source import header, identifier, literal, trimmed

MAPPING_KEYS = ("description", "file", "missing", "let", "tables")
TABLE_KEYS = ("columns", "where", "unnest", "key", "latest_by", "keep_existing")
OBSERVATION_KEYS = ("columns", "combine")


@dataclass(frozen=True)
class TableMapping:
    """How one table of the bundle is made from the source's rows."""

    table: str
    columns: dict[str, str]
    where: str | None = None
    unnest: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    latest_by: str | None = None
    keep_existing: bool = False
    combine: bool = False


@dataclass(frozen=True)
class Mapping:
    """A mapping file that has been read and whose keys are known; its SQL is checked by :func:`check_sql`."""

    path: Path
    file: str
    missing: dict[str, list[str]]
    let: dict[str, str]
    tables: list[TableMapping]

    def refuse(self, place: str, problem: str) -> click.ClickException:
        """Return the error that names the mapping's file, the place in it and the problem."""
        return click.ClickException(f"{self.path}: {place}: {problem}")


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; whatever is not of the language is refused with its place."""

    def fail(place: str, problem: str) -> click.ClickException:
        return click.ClickException(f"{path}: {place}: {problem}")

    def table_of(value: object, place: str, keys: tuple[str, ...]) -> dict[str, object]:
        if not isinstance(value, dict) or not value:
            raise fail(place, f"expected {', '.join(keys) if keys else 'names'} with their values")
        for key in value:
            if keys and key not in keys:
                raise fail(place, f"unknown key {key!r}; known are {', '.join(keys)}")
        return value

    def expressions(value: object, place: str) -> dict[str, str]:
        named = table_of(value, place, ())
        for name, text in named.items():
            if not isinstance(name, str) or not isinstance(text, str):
                raise fail(f"{place}.{name}", "expected an expression as text; put it in quotes")
        return named

    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{path}: not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise click.ClickException(
            f"{path}: {line}not YAML: {getattr(error, 'problem', None) or 'unreadable'}"
        ) from None
    whole = table_of(read, "the mapping", MAPPING_KEYS)
    for key in ("file", "tables"):
        if key not in whole:
            raise fail("the mapping", f"{key!r} is missing")
    if not isinstance(whole["file"], str):
        raise fail("file", "expected the name of the source file, in which * may stand")

    missing = {}
    for column, cells in (table_of(whole["missing"], "missing", ()) if "missing" in whole else {}).items():
        if not isinstance(cells, list) or not all(isinstance(cell, str) for cell in cells):
            raise fail(f"missing.{column}", "expected a list of cells as text, such as ['0', 'n/a']")
        missing[column] = cells

    tables = []
    for name, value in table_of(whole["tables"], "tables", ()).items():
        place = f"tables.{name}"
        if name not in BUNDLE_TABLES:
            why = (
                "dbt build publishes it"
                if name in PUBLISHED_BY_DBT
                else f"known are {', '.join(BUNDLE_TABLES)}"
            )
            raise fail(place, f"not a table of a bundle; {why}")
        table = table_of(value, place, OBSERVATION_KEYS if name == OBSERVATIONS else TABLE_KEYS)
        if "columns" not in table:
            raise fail(place, "'columns' is missing")
        for key in ("where", "latest_by"):
            if not isinstance(table.get(key, ""), str):
                raise fail(f"{place}.{key}", "expected an expression as text; put it in quotes")
        if not isinstance(table.get("keep_existing", False), bool):
            raise fail(f"{place}.keep_existing", "expected true or false")
        if table.get("combine", "sum") != "sum":
            raise fail(f"{place}.combine", "only sum is known")
        key = table.get("key", [])
        if not isinstance(key, list) or not set(key) <= set(table["columns"]):
            raise fail(f"{place}.key", "expected a list of columns of this table")
        if ("key" in table) != ("latest_by" in table):
            raise fail(place, "'key' and 'latest_by' go together")
        columns = expressions(table["columns"], f"{place}.columns")
        tables.append(
            TableMapping(
                name,
                columns,
                table.get("where"),
                expressions(table["unnest"], f"{place}.unnest") if "unnest" in table else {},
                tuple(key),
                table.get("latest_by"),
                table.get("keep_existing", False),
                "combine" in table,
            )
        )
    let = expressions(whole["let"], "let") if "let" in whole else {}
    return Mapping(path, whole["file"], missing, let, tables)


def source_file(mapping: Mapping, path: Path) -> Path:
    """Return the file that the mapping reads: ``path`` itself, or the one in it that ``file`` names."""
    if path.is_file():
        return path
    found = sorted(file for file in path.glob(mapping.file) if file.is_file() and format_of(file))
    if len(found) != 1:
        count = f"{len(found)} files are" if found else "no file is"
        raise click.ClickException(
            f"{path}: {count} named {mapping.file}, as {mapping.path} wants; give the file itself"
        )
    return found[0]


def define_rows(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make the view ``mapped`` of ``source``: what means missing is NULL, what ``let`` names is a column."""
    columns = [row[0] for row in connection.execute("describe source").fetchall()]
    for column in mapping.missing:
        if column not in columns:
            raise mapping.refuse(f"missing.{column}", "the source has no such column")
    changed = [
        f"case when {identifier(column)} not in ({', '.join(literal(cell) for cell in cells)}) "
        f"then {identifier(column)} end as {identifier(column)}"
        for column, cells in mapping.missing.items()
        if cells
    ]
    replaced = f" replace ({', '.join(changed)})" if changed else ""
    connection.execute(f"create or replace view mapped as select *{replaced} from source")
    rows = "source"
    if replaced:
        rows = f"(select *{replaced} from source)"
    for name, expression in mapping.let.items():  # one may use those before it
        if name in columns:
            raise mapping.refuse(f"let.{name}", "the source has a column of this name")
        check_expression(connection, mapping, f"let.{name}", expression, "mapped")
        rows = f"(select *, ({expression}) as {identifier(name)} from {rows})"
        connection.execute(f"create or replace view mapped as from {rows}")


def check_sql(connection: duckdb.DuckDBPyConnection, mapping: Mapping, table: TableMapping) -> None:
    """Refuse an expression that DuckDB cannot compile, with its place and DuckDB's first line."""
    place = f"tables.{table.table}"
    for name, expression in table.unnest.items():
        check_expression(connection, mapping, f"{place}.unnest.{name}", f"unnest({expression})", "mapped")
    rows = unnested(table)
    if table.where:
        check_expression(connection, mapping, f"{place}.where", table.where, rows)
    for name, expression in table.columns.items():
        check_expression(connection, mapping, f"{place}.columns.{name}", expression, rows)
    if table.latest_by:
        check_expression(connection, mapping, f"{place}.latest_by", table.latest_by, rows)


def check_expression(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, place: str, expression: str, rows: str
) -> None:
    """Refuse an expression that DuckDB cannot compile over ``rows``."""
    try:
        connection.execute(f"describe select ({expression}) from {rows}").fetchall()
    except duckdb.Error as error:
        raise mapping.refuse(place, str(error).splitlines()[0]) from None


def unnested(table: TableMapping) -> str:
    """Return the rows from which the table is made: one per element where cells hold several."""
    more = "".join(
        f", unnest({expression}) as {identifier(name)}" for name, expression in table.unnest.items()
    )
    return f"(select *{more} from mapped)" if more else "mapped"


def columns_of(table: TableMapping) -> str:
    """Return the SQL of the table's columns, as trimmed text."""
    return ", ".join(
        f"{trimmed(f'({expression})::varchar')} as {identifier(name)}"
        for name, expression in table.columns.items()
    )


def observation_rows(table: TableMapping) -> str:
    """Return the query of the observations: one row for each row of the source."""
    return f"select file_row, {columns_of(table)} from mapped"


def table_rows(table: TableMapping) -> str:
    """Return the query of the table's rows (source_row, and its columns as text), each once.

    source_row is the file_row from which it comes: the first, or the latest where the mapping says so.
    """
    where = f" where ({table.where})" if table.where else ""
    latest = f', ({table.latest_by}) as "latest by"' if table.latest_by else ""
    rows = f"select file_row as source_row, {columns_of(table)}{latest} from {unnested(table)}{where}"
    names = ", ".join(map(identifier, table.columns))
    if table.latest_by:
        key = ", ".join(map(identifier, table.key))
        return (
            f"select source_row, {names} from ({rows}) qualify row_number() over "
            f'(partition by {key} order by "latest by" desc nulls last, source_row desc) = 1'
        )
    return f"select min(source_row) as source_row, {names} from ({rows}) group by {names}"


def source_header(path: Path) -> list[str]:
    """Return the columns of a source file; ``file_row`` is the loader's own name."""
    names = header(path)
    if "file_row" in names:
        raise click.ClickException(
            f"{path}: line 1: rename the column file_row, the loader uses the name itself"
        )
    return names
