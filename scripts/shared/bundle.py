"""What a bundle is: a folder of files, each named after a table."""

from dataclasses import dataclass
from pathlib import Path

import click

FORMATS = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class TableFile:
    """One file of a bundle and the table it is for."""

    table: str
    path: Path


def format_of(path: Path) -> str | None:
    """Return which of the FORMATS the file's name ends with, or None."""
    return next((ending for ending in FORMATS if path.name.endswith(ending)), None)


def table_files(folder: Path, tables: tuple[str, ...], published: tuple[str, ...]) -> list[TableFile]:
    """Return the folder's table files; a file for no known table, or two for one, is refused.

    Hidden files are left alone. ``published`` names the tables that only ``dbt build`` fills.
    """
    found: dict[str, TableFile] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        ending = format_of(path)
        table = path.name.removesuffix(ending) if ending and path.is_file() else None
        if table in published:
            raise click.ClickException(
                f"{path}: dbt build publishes {table}, a bundle cannot; remove the file"
            )
        if table not in tables:
            raise click.ClickException(
                f"{path}: not a table of a bundle; allowed are {', '.join(sorted(tables))}, "
                f"each as {', '.join(FORMATS)}"
            )
        if table in found:
            raise click.ClickException(
                f"{path}: {table} comes from {found[table].path.name} already; keep one of the two"
            )
        found[table] = TableFile(table, path)
    if not found:
        raise click.ClickException(
            f"{folder}: no table file; put files such as metric_observations.csv there ({', '.join(FORMATS)})"
        )
    return list(found.values())
