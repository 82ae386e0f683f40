"""Write what is published as one page, for a manager: it opens from disk and asks the network for nothing.

The marts are read as ``blipee_analyst``, so the page cannot hold more than an analyst may see.
"""

from contextlib import suppress
from pathlib import Path

import click
import psycopg
from psycopg import sql

from scripts.report_page import render
from scripts.shared import database

PAGE = Path(__file__).parents[1] / "build" / "report.html"
ANALYST = "blipee_analyst"
CELL = ("benchmark_type", "industry_code", "metric_name", "period")
FIGURES = ("mean", "median", "p10", "p25", "p75", "p90", "stddev")

# What the page reads of each mart.
MARTS = {
    "benchmarks": (*CELL, "category", "unit", "direction", "contributors", *FIGURES, "coverage"),
    "benchmark_trend": (*CELL, "previous_period", "median_change", "mean_change"),
    "coverage": ("industry_code", "category", "period", "metrics", "organizations", "coverage"),
}
INDUSTRIES = """
    select industry_code, industry_name, configuration ->> 'parent_industry_code' as parent_code
    from industry_models
    order by industry_code
"""


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PAGE,
    help="Where to write the page; default: build/report.html in the project.",
)
def main(output: Path) -> None:
    """Write the published benchmarks as one HTML page that needs no network."""
    with database.connect() as connection:
        page = render(published(connection))
    unfinished = output.with_name(f"{output.name}.unfinished")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(output)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise click.ClickException(f"{output}: {error.strerror}; name another file with --output") from None
    click.echo(f"{output}: open it in a browser")


def published(connection: psycopg.Connection) -> dict[str, object]:
    """Return the marts of one moment, each as its columns and rows."""
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    for mart in MARTS:
        if not connection.execute("select to_regclass(%s)", (f"marts.{mart}",)).fetchone()[0]:
            raise click.ClickException(f"marts.{mart} is not in {database.target()} yet: run dbt build first")
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(ANALYST)))
    statements = {mart: select(mart, columns) for mart, columns in MARTS.items()} | {"industries": INDUSTRIES}
    tables = {name: table(connection.execute(statement)) for name, statement in statements.items()}
    return {
        "read_on": connection.execute("select to_char(current_date, 'FMDD FMMonth YYYY')").fetchone()[0],
        "tables": tables,
    }


def select(mart: str, columns: tuple[str, ...]) -> sql.Composed:
    """Return the statement that reads a mart, in an order that does not change from page to page."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("select {} from {} order by {}").format(names, sql.Identifier("marts", mart), names)


def table(cursor: psycopg.Cursor) -> dict[str, list]:
    """Return what was read as columns and rows, which is a third of the size of one object per row."""
    return {"columns": [column.name for column in cursor.description], "rows": cursor.fetchall()}


if __name__ == "__main__":
    main()
