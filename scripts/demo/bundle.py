"""Write tables as a bundle: a folder with one CSV file per table."""

import csv
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import click

Row = dict[str, object]
Tables = dict[str, list[Row]]

SEEDS = Path(__file__).parents[2] / "seeds"
CHECKSUMS = ".demo-bundle"  # tells a demo bundle from a folder of the user's


def seed_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the project's seeds."""
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def text(value: object) -> str:
    """Return a value as the CSV holds it: dicts and lists as JSON, tuples as an array, days in UTC."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return f"{value.isoformat()}T00:00:00+00:00"
        case float():
            return f"{value:.12g}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case tuple():
            return "{" + ",".join(json.dumps(item, ensure_ascii=False) for item in value) + "}"
        case _:
            return str(value)


def write_table(path: Path, rows: list[Row], broken_lines: Iterable[str] = ()) -> None:
    """Write rows that share their columns, then lines that are wrong on purpose."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({column: text(value) for column, value in row.items()} for row in rows)
        file.writelines(f"{line}\n" for line in broken_lines)


def checksums(folder: Path) -> str:
    """Return a line per file of the folder, that of the checksums apart: its SHA-256 and its name."""
    files = sorted(path for path in folder.iterdir() if path.name != CHECKSUMS)
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def may_be_replaced(folder: Path) -> bool:
    """Tell whether the folder is absent, empty, or a demo bundle that nobody has changed."""
    if not folder.exists() or not any(folder.iterdir()):
        return True
    marker = folder / CHECKSUMS
    only_files = all(path.is_file() for path in folder.iterdir())
    return only_files and marker.is_file() and marker.read_text(encoding="utf-8") == checksums(folder)


def write_bundle(folder: Path, tables: Tables, broken_lines: dict[str, Iterable[str]]) -> None:
    """Put the bundle in place of the folder in one step; a folder that holds anything else is refused."""
    if not may_be_replaced(folder):
        raise click.ClickException(f"{folder} is no demo bundle or was changed; name another directory")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        fresh, former = Path(scratch) / "fresh", Path(scratch) / "former"
        fresh.mkdir()
        for table, rows in tables.items():
            write_table(fresh / f"{table}.csv", rows, broken_lines.get(table, ()))
        (fresh / CHECKSUMS).write_text(checksums(fresh), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, former)
        shutil.move(fresh, folder)
