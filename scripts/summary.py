"""Say what a build has published, what it withheld and what never came in.

For the one who runs the builds: how much is withheld is for the operator's eyes, an analyst reads ``marts``.
"""

import click
from rich.console import Console
from rich.table import Table

from scripts.shared import database

CELLS = """
    select
        cells.cell_type,
        count(*) as candidates,
        count(releases.metric_name) as published,
        count(*) - count(releases.metric_name) as withheld
    from disclosure.cells
    left join disclosure.releases using (cell_type, cell_key, metric_name, period)
    where cells.cell_type <> 'direct' -- what D6 needs, nobody's benchmark
    group by cells.cell_type
    order by cells.cell_type
"""

# Of the cells the rule that decided that nothing is shown, of the figures also where another one is shown.
PRIVACY = """
    with decided as (
        select outcome as rule, 'cells' as what from disclosure.cell_outcomes where outcome <> 'published'
        union all
        select withheld.rule, withheld.figure
        from disclosure.judged_cells
        cross join jsonb_each_text(withheld_by) as withheld (figure, rule)
    )
    select
        rule,
        count(*) filter (where what = 'cells'),
        count(*) filter (where what = 'mean'),
        count(*) filter (where what = 'stddev'),
        count(*) filter (where what = 'median'),
        count(*) filter (where what = 'p25'),
        count(*) filter (where what = 'p10')
    from decided
    group by rule
    order by length(rule), rule
"""
FIGURES = ("means", "stddevs", "medians", "quartiles", "deciles")

REJECTED = """
    select 'line not loaded: ' || reason as reason, count(*) from raw.rejected_rows group by reason
    union all
    select rejection_reason, count(*) from staging.rejected_observations group by rejection_reason
    order by 1
"""


def table(title: str, headings: tuple[str, ...], rows: list[tuple]) -> Table:
    """Return a table with its first column left-aligned and counts on the right."""
    result = Table(title=title, title_justify="left")
    for position, heading in enumerate(headings):
        result.add_column(heading, justify="right" if position else "left")
    for first, *counts in rows:
        result.add_row(str(first), *(f"{count:,}" for count in counts))
    return result


@click.command()
def main() -> None:
    """Print cells published and withheld, by which rule, and observations rejected by reason."""
    with database.connect() as connection:
        if not connection.execute("select to_regclass('disclosure.cell_outcomes')").fetchone()[0]:
            raise click.ClickException(f"nothing is built in {database.target()} yet: run dbt build first")
        cells = connection.execute(CELLS).fetchall()
        privacy = connection.execute(PRIVACY).fetchall()
        rejected = connection.execute(REJECTED).fetchall()
    console = Console()
    console.print(table("Benchmarks", ("cells of", "candidates", "published", "withheld"), cells))
    console.print(table("Withheld, held back (D9), withdrawn (D10)", ("rule", "cells", *FIGURES), privacy))
    console.print(table("Rejected", ("reason", "rows"), rejected))


if __name__ == "__main__":
    main()
