"""(d) Differences: two releases whose contributors differ by 1 to k-1 in all, added, removed or restated.

Any two of one metric and period, of one cell or of several, whatever figures they show; and, where both
show a mean, any two of a metric and of the metric that it is a part of, compared by contributors alone.
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
    by_metric = {(series.metric, series.period): series for series in evidence.series}
    for (metric, period), part in by_metric.items():
        if total := by_metric.get((evidence.component_of.get(metric), period)):
            compare_linked(part, total, outcome)
    return outcome


def compare(series: Series, outcome: Outcome) -> None:
    """Compare the releases of one metric and period with each other."""
    releases = series.releases
    outcome.tried += len(releases) * (len(releases) - 1) // 2
    standing = overlap([release.contributors for release in releases])
    unchanged = overlap([release.versions for release in releases])
    sizes = standing.diagonal()
    # Who stands in one of them only, and who in both with another value.
    differing = sizes[:, None] + sizes[None, :] - standing - unchanged
    for first, second in close(np.triu(differing, k=1)):
        one, other = releases[first], releases[second]
        outcome.expose(series, [one, other], {number for number, _ in one.versions ^ other.versions})


def compare_linked(part: Series, total: Series, outcome: Outcome) -> None:
    """Compare the means of a metric with those of the metric that it is a part of."""
    releases = [*part.means.releases, *total.means.releases]
    parts = len(part.means.releases)
    outcome.tried += parts * (len(releases) - parts)
    standing = overlap([release.contributors for release in releases])
    sizes = standing.diagonal()
    differing = (sizes[:, None] + sizes[None, :] - 2 * standing)[:parts, parts:]
    for first, second in close(differing):
        one, other = releases[first], releases[parts + second]
        outcome.expose(total, [one, other], one.contributors ^ other.contributors)


def overlap(sets: list[frozenset]) -> np.ndarray:
    """Return how many elements each two sets have in common."""
    members = incidence(sets, frozenset().union(*sets)).astype(np.float32)
    return (members @ members.T).astype(int)


def close(differing: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the places of 1 to k-1."""
    return zip(*np.nonzero((differing > 0) & (differing < MINIMUM_CONTRIBUTORS)), strict=True)
