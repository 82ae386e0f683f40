"""Attack all that was ever released, and say which attacks succeed.

For the owner of the database: it needs the true values to know a success. The report names cells and counts
contributors; it never says who or what.
"""

import sys
from collections.abc import Callable
from time import monotonic

import click
from rich.console import Console
from rich.table import Table

from scripts.attacks import (
    difference,
    echo,
    interval,
    linked,
    reconstruction,
    remainder,
    row_space,
    unrecorded,
)
from scripts.attacks.evidence import Evidence, Exposure, Outcome, read
from scripts.shared import database

# What is tried, what is counted as a try, and what a number left out means.
ATTACKS: dict[str, tuple[Callable[[Evidence], Outcome], str, str]] = {
    "unrecorded figures": (unrecorded.attack, "published rows", ""),
    "(a) echo": (echo.attack, "figures", ""),
    "(b) row space": (row_space.attack, "blocks", "searched for pairs only"),
    "(b) dominated remainders": (remainder.attack, "sums", "of values no longer known"),
    "(c) intervals": (interval.attack, "contributors", "not sampled or solved"),
    "(d) differences": (difference.attack, "pairs of releases", ""),
    "(d) linked metrics": (linked.attack, "pairs of releases", ""),
    "(e) reconstruction": (reconstruction.attack, "releases", "of values no longer known"),
}
MOST_LISTED = 40
REPORT_WIDTH = 120  # where no terminal has one


def attacks_table(outcomes: dict[str, Outcome], seconds: dict[str, float]) -> Table:
    """Return what was tried and what came of it, one row an attack."""
    table = Table(title="Attacks", title_justify="left")
    for heading in ("attack", "tried", "left out", "cells", "contributors exposed", "seconds"):
        table.add_column(heading, justify="left" if heading in ("attack", "tried", "left out") else "right")
    for name, outcome in outcomes.items():
        _, unit, left_out = ATTACKS[name]
        cells = {(e.metric, e.period, cell) for e in outcome.exposures for cell in e.cells}
        people = {(e.metric, e.period, who) for e in outcome.exposures for who in e.contributors}
        table.add_row(
            name, f"{outcome.tried:,} {unit}", f"{outcome.left_out:,} {left_out}" if outcome.left_out else "",
            f"{len(cells):,}", f"{len(people):,}", f"{seconds[name]:.1f}",
        )  # fmt: skip
    return table


def exposures_table(outcomes: dict[str, Outcome]) -> Table:
    """Return where the attacks succeeded, one row a success, as far as there is room."""
    found: list[tuple[str, Exposure]] = [(name, e) for name, o in outcomes.items() for e in o.exposures]
    table = Table(title="Exposed", title_justify="left")
    for heading in ("attack", "through", "metric", "period"):
        table.add_column(heading, overflow="fold")
    table.add_column("contributors", justify="right")
    for name, exposure in found[:MOST_LISTED]:
        through = ", ".join(exposure.cells[:3]) + (", …" if len(exposure.cells) > 3 else "")
        table.add_row(name, through, exposure.metric, exposure.period, str(len(exposure.contributors)))
    if len(found) > MOST_LISTED:
        table.caption = f"and {len(found) - MOST_LISTED:,} more"
    return table


@click.command()
def main() -> None:
    """Play the attacker on everything ever released; exit code 1 when a contributor is exposed."""
    with database.connect() as connection:
        for relation in ("ledger.releases", "contributions.contributions"):
            if not connection.execute("select to_regclass(%s)", [relation]).fetchone()[0]:
                raise click.ClickException(
                    f"no {relation} in {database.target()}: run scripts.bootstrap and dbt build"
                )
        evidence = read(connection)
    if not evidence.series:
        raise click.ClickException(f"nothing was ever released in {database.target()}: run dbt build first")
    outcomes, seconds = {}, {}
    for name, (attack, _, _) in ATTACKS.items():
        began = monotonic()
        outcomes[name] = attack(evidence)
        seconds[name] = monotonic() - began
    console = Console()
    if not console.is_terminal:
        console.width = REPORT_WIDTH
    console.print(attacks_table(outcomes, seconds))
    if any(outcome.exposures for outcome in outcomes.values()):
        console.print(exposures_table(outcomes))
        sys.exit(1)


if __name__ == "__main__":
    main()
