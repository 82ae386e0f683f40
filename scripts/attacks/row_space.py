"""(b) Row space: sums and differences of any number of published means in which few contributors are left.

Each mean times its count is an equation; what can be worked out is what the equations span. Unknowns that
always stand together are one block. A combination in which only certain blocks are left exists exactly
where these blocks' part of the null space's projector is singular. A block of k contributors or more is in
no combination of fewer, so only sets of small blocks are searched, and of these only such as stand in a
combination of small blocks at all. The search is complete for up to MOST_BLOCKS connected ones; of more
only single contributors and pairs are looked for, and the report says so. Figures count as exact: what
relied on their rounding would end with a more precise one.
"""

from collections.abc import Iterator

import numpy as np
from scipy.sparse.csgraph import connected_components

from scripts.attacks.evidence import MINIMUM_CONTRIBUTORS, NOTHING, Evidence, Outcome, Series

MOST_BLOCKS = 60

Contributors = frozenset[int]


def attack(evidence: Evidence) -> Outcome:
    """Search the means of each metric and period."""
    outcome = Outcome()
    for series in evidence.series:
        if series.means.releases:
            search(series, outcome)
    return outcome


def search(series: Series, outcome: Outcome) -> None:
    """Add whoever can be worked out of one metric and period; no set with another one in it."""
    means = series.means
    owners = [frozenset(contributor for contributor, _ in block) for block in means.blocks]
    outcome.tried += len(owners)
    for contributors in smallest(means.freedom, owners, outcome):
        through = [release for release in means.releases if release.contributors & contributors]
        outcome.expose(series, through, contributors)


def smallest(freedom: np.ndarray, owners: list[Contributors], outcome: Outcome) -> Iterator[Contributors]:
    """Yield the sets of fewer than k contributors who can be worked out, none with another one in it."""
    small = np.flatnonzero([len(block) < MINIMUM_CONTRIBUTORS for block in owners])
    for blocks in connected(freedom, small):
        room = MINIMUM_CONTRIBUTORS - 1
        if len(blocks) > MOST_BLOCKS:
            room = 2
            outcome.left_out += len(blocks)
        gram = freedom[np.ix_(blocks, blocks)]
        found = set(exposed(gram, [owners[block] for block in blocks], frozenset(), room))
        yield from (one for one in found if not any(smaller < one for smaller in found))


def connected(freedom: np.ndarray, small: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the small blocks that stand together in combinations of small ones; mostly none does."""
    if not len(small):
        return
    sizes, vectors = np.linalg.eigh(freedom[np.ix_(small, small)])
    combinations = vectors[:, sizes < NOTHING]
    together = np.abs(combinations @ combinations.T) > NOTHING
    count, part = connected_components(together, directed=False)
    for number in range(count):
        places = np.flatnonzero(part == number)
        if together[places[0], places[0]]:
            yield small[places]


def exposed(
    gram: np.ndarray, owners: list[Contributors], chosen: Contributors, room: int
) -> Iterator[Contributors]:
    """Yield sets of at most ``room`` contributors, the chosen ones among them, who can be worked out.

    ``gram`` is the projector's part of the blocks left, with what the chosen ones' explain taken away (the
    Schur complement). Whoever is chosen comes with all blocks that belong to nobody else.
    """
    for place, (own, free) in enumerate(zip(owners, gram.diagonal(), strict=True)):
        together = chosen | own
        if len(together) > room:
            continue
        if free < NOTHING:
            yield together
            continue
        later = range(place, len(owners))
        theirs = [other for other in later if owners[other] <= together]
        rest = [other for other in later if not owners[other] <= together]
        if len(theirs) == 1 and len(together) == room:
            continue
        part = gram[np.ix_(theirs, theirs)]
        if np.linalg.eigvalsh(part)[0] < NOTHING:
            yield together
        elif rest and len(together) < room:
            shared = gram[np.ix_(rest, theirs)]
            left = gram[np.ix_(rest, rest)] - shared @ np.linalg.solve(part, shared.T)
            yield from exposed(left, [owners[other] for other in rest], together, room)
