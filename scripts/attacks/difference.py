"""(d) Differences: two releases whose contributors differ by 1 to k-1 in all, added, removed or restated.

Any two of one metric and period, of one cell or of several, whatever figures they show.
"""

from collections.abc import Iterator

import numpy as np

from scripts.attacks.evidence import (
    MINIMUM_CONTRIBUTORS,
    Evidence,
    Outcome,
    Series,
    incidence,
)


def attack(evidence: Evidence) -> Outcome:
    """Compare all pairs."""
    outcome = Outcome()
    for series in evidence.series:
        compare(series, outcome)
    return outcome


def compare(series: Series, outcome: Outcome) -> None:
    """Compare the releases of one metric and period with each other."""
    releases = series.releases
    outcome.tried += len(releases) * (len(releases) - 1) // 2
    standing = overlap([release.contributors for release in releases])
    unchanged = overlap([release.versions for release in releases])
    sizes = standing.diagonal()
    # Who stands in one of them only, and who in both with another value.
    differing = np.add.outer(sizes, sizes) - standing - unchanged
    for first, second in close(np.triu(differing, k=1)):
        one, other = releases[first], releases[second]
        outcome.expose(series, [one, other], {number for number, _ in one.versions ^ other.versions})


def overlap(sets: list[frozenset]) -> np.ndarray:
    """Return how many elements each two sets have in common."""
    members = incidence(sets, frozenset().union(*sets)).astype(np.float32)
    return (members @ members.T).astype(int)


def close(differing: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the places of 1 to k-1."""
    return zip(*np.nonzero((differing > 0) & (differing < MINIMUM_CONTRIBUTORS)), strict=True)
