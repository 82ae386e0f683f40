"""What the project's choice shows of the cells that there are, beside the most that the same rules would
allow.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import networkx as nx
import numpy as np
import psycopg
from optimum import Block, K, Tree, most_means, most_visible
from worlds import query

from scripts.attacks.evidence import incidence

LEAST = 0.9  # of the optimum
CELLS = """
    select
      cells.period, cells.metric_name, cells.cell_type, cells.cell_key, cells.contributors,
      cells.absolute_total, cells.largest, coalesce(cells.second_largest, 0), primary_suppression.allows_mean,
      primary_suppression.allows_median, coalesce(releases.statistics ? 'mean', false),
      coalesce(releases.statistics ? 'median', false)
    from disclosure.cells
    inner join disclosure.primary_suppression using (cell_type, cell_key, metric_name, period)
    left join disclosure.releases using (cell_type, cell_key, metric_name, period)
    where coalesce(metric_name = %s, true) and coalesce(period = any(%s), true)
    order by cells.period, cells.metric_name, cells.cell_type, cells.cell_key
"""
# Those in which somebody is: a cell with nobody below it is its own block.
TREE = """
    select cell_tree.cell_key, cell_tree.parent_key
    from contributions.cell_tree inner join disclosure.cell_populations using (cell_type, cell_key)
"""
LINKS = "select metric_name, component_of from staging.stg_metrics where component_of is not null"


@dataclass(frozen=True)
class Cell:
    """A cell of the tree, a peer group, or ("direct") those at home in a cell that has others below it."""

    kind: str
    key: str
    contributors: frozenset[int]
    block: Block
    allows_mean: bool
    allows_median: bool
    shows_mean: bool
    shows_median: bool

    @property
    def is_in_tree(self) -> bool:
        return self.kind in ("network", "industry")


@dataclass
class Yield:
    """How many cells there are, how many show a figure, and how many could."""

    cells: int = 0
    shown: int = 0
    best: int = 0

    def __add__(self, other: "Yield") -> "Yield":
        return Yield(self.cells + other.cells, self.shown + other.shown, self.best + other.best)

    @property
    def is_enough(self) -> bool:
        return 0 < LEAST * self.best <= self.shown

    def __str__(self) -> str:
        shares = (self.shown / self.cells, self.best / self.cells, self.shown / self.best)
        return "of {:,} cells {:.1%} shown, at best {:.1%}: {:.1%} of the optimum".format(self.cells, *shares)


@dataclass(frozen=True)
class Family:
    """The cells of one period by metric: one metric, or a total and all its parts, which D8 ties together."""

    metrics: dict[str, list[Cell]]
    links: frozenset[tuple[str, str]]
    parent: dict[str, str | None]

    @property
    def cells(self) -> list[Cell]:
        return [cell for cells in self.metrics.values() for cell in cells]

    @property
    def tree(self) -> Tree:
        """The trees of all metrics as one, with what D7 and D8 keep apart."""
        above = {key for key in self.parent.values() if key is not None}
        trees = [
            (metric, cell)
            for metric, cells in self.metrics.items()
            for cell in cells
            if cell.key in self.parent and cell.kind != "peer_group"
        ]
        allowed = frozenset(
            (metric, cell.key) for metric, cell in trees if cell.is_in_tree and cell.allows_mean
        )
        return Tree(
            {
                (metric, key): (metric, parent) if parent is not None else None
                for metric in self.metrics
                for key, parent in self.parent.items()
            },
            {
                (metric, cell.key): cell.block
                for metric, cell in trees
                if (cell.kind == "direct") == (cell.key in above)
            },
            allowed,
            frozenset(pair for pair in self.conflicts() if pair <= allowed),
        )

    def conflicts(self) -> Iterator[frozenset[tuple[str, str]]]:
        """Yield pairs of cells of the tree that must not both show a mean."""
        for metric, cells in self.metrics.items():
            for one, other in overlaps(cells):
                if one.is_in_tree and other.is_in_tree:
                    yield frozenset({(metric, one.key), (metric, other.key)})
        for part, total in self.links:
            totals = {cell.key: cell for cell in self.metrics.get(total, ()) if cell.is_in_tree}
            for cell in self.metrics.get(part, ()):
                other = totals.get(cell.key) if cell.is_in_tree else None
                if other and 0 < len(cell.contributors ^ other.contributors) < K:
                    yield frozenset({(part, cell.key), (total, cell.key)})

    @property
    def shown(self) -> frozenset[tuple[str, str]]:
        """The means that are shown."""
        return frozenset(
            (metric, cell.key) for metric, cells in self.metrics.items() for cell in cells if cell.shows_mean
        )

    def means(self) -> Yield:
        """Return the yield of means among cells of five and more."""
        cells = sum(cell.is_in_tree and len(cell.contributors) >= K for cell in self.cells)
        return Yield(cells, len(self.shown), most_means(self.tree)[1])

    def medians(self) -> Yield:
        """Return the yield of medians among cells of ten and more."""
        found = Yield()
        for cells in self.metrics.values():
            large = [cell for cell in cells if cell.kind != "direct" and len(cell.contributors) >= 2 * K]
            weights = {(cell.kind, cell.key): int(cell.allows_median) for cell in large}
            pairs = [frozenset((cell.kind, cell.key) for cell in pair) for pair in overlaps(cells)]
            shown = sum(cell.shows_median for cell in large)
            found += Yield(len(large), shown, most_visible(weights, pairs))
        return found


def overlaps(cells: list[Cell]) -> Iterator[tuple[Cell, Cell]]:
    """Yield pairs of cells of one metric that may be visible and whose contributors differ by 1 to 4."""
    visible = [cell for cell in cells if cell.kind != "direct" and (cell.allows_mean or cell.allows_median)]
    if not visible:
        return
    sets = [cell.contributors for cell in visible]
    members = incidence(sets, frozenset().union(*sets)).astype(np.float32)
    sizes = members.sum(axis=1)
    differing = np.triu(np.add.outer(sizes, sizes) - 2 * members @ members.T, k=1)
    for one, other in zip(*np.nonzero((differing > 0) & (differing < K)), strict=True):
        yield visible[one], visible[other]


def families(
    connection: psycopg.Connection, metric: str | None = None, periods: tuple[str, ...] | None = None
) -> list[Family]:
    """Read cells and what is shown of them, of everything or of one metric and some periods."""
    wanted = [metric, list(periods) if periods else None]
    parent = dict(query(connection, TREE))
    links = nx.Graph(query(connection, LINKS))
    directions = frozenset(query(connection, LINKS))
    found: list[Family] = []
    for _, of_period in groupby(query(connection, CELLS, *wanted), key=lambda row: row[0]):
        metrics: dict[str, list[Cell]] = defaultdict(list)
        for _, metric, kind, key, members, total, largest, second, *verdicts in of_period:
            block = Block(len(members), total, largest, second)
            metrics[metric].append(Cell(kind, key, frozenset(members), block, *verdicts))
        links.add_nodes_from(metrics)
        for names in nx.connected_components(links):
            if tied := {name: metrics[name] for name in sorted(names) if name in metrics}:
                found.append(Family(tied, directions, parent))
    return found
