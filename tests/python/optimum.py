"""The most that could be shown under D6 to D8, by integer programming: what the project's choice is held
against.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Key = Hashable  # what names a cell

K, P = 5, 0.10
MARGIN = 2e-6  # more than the solver's tolerance, or a set that just breaks D2 would come again
SECONDS = 3  # of the largest trees: what is not proven by then is bounded


@dataclass(frozen=True)
class Block:
    """Contributors at home in a cell and in none below it: their number, magnitudes and largest two."""

    count: int = 0
    total: float = 0.0
    largest: float = 0.0
    second: float = 0.0

    def __add__(self, other: "Block") -> "Block":
        first, second, *_ = sorted((self.largest, self.second, other.largest, other.second), reverse=True)
        return Block(self.count + other.count, self.total + other.total, first, second)

    @property
    def is_safe(self) -> bool:
        """D6: nobody, or k and more who pass D2 and are not all 0."""
        if self.count == 0:
            return True
        return (
            self.count >= K and self.total > 0 and self.total - self.largest - self.second >= P * self.largest
        )


@dataclass(frozen=True)
class Tree:
    """The cells of one metric and period: their parents and blocks, and whose mean is allowed by itself."""

    parent: Mapping[Key, Key | None]
    blocks: Mapping[Key, Block]
    allowed: frozenset[Key]
    conflicts: frozenset[frozenset[Key]] = frozenset()  # D7, D8: of each two at most one is shown

    def path(self, cell: Key) -> Iterator[Key]:
        """Yield the cell and all above it."""
        step: Key | None = cell
        while step is not None:
            yield step
            step = self.parent[step]

    def remainders(self, shown: Iterable[Key]) -> dict[Key, Block]:
        """What is left of each shown cell when the shown ones below it are taken away."""
        left = dict.fromkeys(shown, Block())
        for cell, block in self.blocks.items():
            if holder := next((above for above in self.path(cell) if above in left), None):
                left[holder] += block
        return left

    def is_safe(self, shown: frozenset[Key]) -> bool:
        """Say whether the rules let these means be shown together."""
        return (
            shown <= self.allowed
            and not any(pair <= shown for pair in self.conflicts)
            and all(left.is_safe for left in self.remainders(shown).values())
        )


def most_means(tree: Tree) -> tuple[frozenset[Key], int]:
    """Return a largest safe set of shown means, and a bound that no set exceeds.

    D2 on a remainder is linear: its total is at least 1 + p times any value in it plus any other. These
    are many, so only those that a solution breaks are added, until it breaks none.
    """
    program = Program(tree)
    while True:
        shown, bound = program.solve()
        broken = [cell for cell, left in tree.remainders(shown).items() if not left.is_safe]
        if not broken:
            return shown, bound
        for cell in broken:
            program.forbid(cell, shown)


class Program:
    """One 0-1 variable per cell that may be shown, one per block and cell that it might be left over in."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.cells = sorted(tree.allowed)
        self.shown = {cell: number for number, cell in enumerate(self.cells)}
        self.left: dict[tuple[Key, Key], int] = {}
        self.rows: list[tuple[dict[int, float], float]] = []  # coefficients, at least
        for cell, block in tree.blocks.items():
            if block.count:
                self.add_block(cell)
        for cell in self.cells:
            self.add_minimum(cell)
        for pair in tree.conflicts:
            if pair <= tree.allowed:
                self.rows.append(({self.shown[cell]: -1.0 for cell in pair}, -1.0))

    def add_block(self, block: Key) -> None:
        """The block is left over in the nearest shown cell above it or itself."""
        below: list[int] = []
        for cell in self.tree.path(block):
            if cell not in self.shown:
                continue
            left = self.left.setdefault((block, cell), len(self.shown) + len(self.left))
            shown = self.shown[cell]
            self.rows.append(({shown: 1.0, left: -1.0}, 0.0))
            self.rows += [({left: -1.0, nearer: -1.0}, -1.0) for nearer in below]
            self.rows.append(({left: 1.0, shown: -1.0} | dict.fromkeys(below, 1.0), 0.0))
            below.append(shown)

    def inside(self, cell: Key) -> dict[Key, int]:
        """Return the blocks that might be left over in a cell, with their variables."""
        return {block: number for (block, holder), number in self.left.items() if holder == cell}

    def add_minimum(self, cell: Key) -> None:
        """What is left over is nothing or k contributors and not all 0."""
        inside = self.inside(cell)
        positive = {block: float(self.tree.blocks[block].total > 0) for block in inside}
        for block, left in inside.items():
            counts = {number: float(self.tree.blocks[b].count) for b, number in inside.items()}
            self.rows.append((counts | {left: counts[left] - K}, 0.0))
            self.rows.append(({n: positive[b] for b, n in inside.items()} | {left: positive[block] - 1}, 0.0))

    def forbid(self, cell: Key, shown: frozenset[Key]) -> None:
        """Demand D2 of the two largest values left over in a cell now, wherever they are together."""
        inside = self.inside(cell)
        now = [b for b in inside if next(c for c in self.tree.path(b) if c in shown) == cell]
        values = sorted(
            ((value, b) for b in now for value in (self.tree.blocks[b].largest, self.tree.blocks[b].second)),
            key=lambda pair: -pair[0],
        )
        (first, one), (second, other) = values[:2]
        needed = (1 + P) * first + second
        row = {number: self.tree.blocks[b].total / needed for b, number in inside.items()}
        together = {inside[one], inside[other]}
        for left in together:
            row[left] -= 1 + MARGIN
        self.rows.append((row, (1 + MARGIN) * (1 - len(together))))

    def solve(self) -> tuple[frozenset[Key], int]:
        """Return the cells shown in a best solution of the rows so far, and the bound."""
        variables = len(self.shown) + len(self.left)
        if not self.shown:
            return frozenset(), 0
        places = [(row, column) for row, (factors, _) in enumerate(self.rows) for column in factors]
        factors = [factor for factors, _ in self.rows for factor in factors.values()]
        constraints = []
        if self.rows:
            rows, columns = zip(*places, strict=True)
            matrix = csr_array((factors, (rows, columns)), shape=(len(self.rows), variables))
            constraints = [LinearConstraint(matrix, lb=[least for _, least in self.rows])]
        whole = np.zeros(variables)
        whole[: len(self.shown)] = 1  # then so are the others
        solved = milp(-whole, integrality=whole, bounds=Bounds(0, 1), constraints=constraints,
                      options={"time_limit": SECONDS})  # fmt: skip
        assert solved.x is not None, solved.message
        chosen = frozenset(cell for cell, number in self.shown.items() if solved.x[number] > 0.5)
        return chosen, int(np.floor(-solved.mip_dual_bound + 1e-6))


def most_visible(weights: Mapping[Key, int], conflicts: Iterable[frozenset[Key]]) -> int:
    """Return the largest weight of cells of which no two are in conflict (D7)."""
    graph = nx.Graph(tuple(pair) for pair in conflicts if all(weights.get(cell) for cell in pair))
    alone = sum(weight for cell, weight in weights.items() if cell not in graph)
    return alone + sum(
        heaviest(sorted(part), [pair for pair in graph.subgraph(part).edges], weights)
        for part in nx.connected_components(graph)
    )


def heaviest(cells: list[Key], pairs: list[tuple[Key, Key]], weights: Mapping[Key, int]) -> int:
    """Return the weight of the heaviest independent set of one connected part."""
    number = {cell: place for place, cell in enumerate(cells)}
    matrix = np.zeros((len(pairs), len(cells)))
    for row, pair in enumerate(pairs):
        matrix[row, [number[cell] for cell in pair]] = 1
    gains = np.array([weights[cell] for cell in cells], dtype=float)
    solved = milp(-gains, integrality=np.ones(len(cells)), bounds=Bounds(0, 1),
                  constraints=LinearConstraint(matrix, ub=1))  # fmt: skip
    assert solved.success, solved.message
    return round(-solved.fun)


def most_means_by_exhaustion(tree: Tree) -> int:
    """Try every set."""
    cells = sorted(tree.allowed)
    for size in range(len(cells), 0, -1):
        if any(tree.is_safe(frozenset(shown)) for shown in combinations(cells, size)):
            return size
    return 0
