"""(d) Linked metrics: means of a total and of a part of it whose contributors differ by 1 to k-1 in all.

The total without its parts is then what those few have of the part that they did not report. Compared by
contributors alone: the values are different ones anyway.
"""

import numpy as np

from scripts.attacks.difference import close, overlap
from scripts.attacks.evidence import Evidence, Outcome, Series


def attack(evidence: Evidence) -> Outcome:
    """Compare every mean of a metric with every mean of what it is a part of."""
    outcome = Outcome()
    by_metric = {(series.metric, series.period): series for series in evidence.series}
    for (metric, period), part in by_metric.items():
        if total := by_metric.get((evidence.component_of.get(metric), period)):
            compare(part, total, outcome)
    return outcome


def compare(part: Series, total: Series, outcome: Outcome) -> None:
    """Compare the means of two metrics of one period."""
    releases = [*part.means.releases, *total.means.releases]
    parts = len(part.means.releases)
    outcome.tried += parts * (len(releases) - parts)
    if not releases:
        return
    standing = overlap([release.contributors for release in releases])
    sizes = standing.diagonal()
    differing = np.add.outer(sizes, sizes) - 2 * standing
    for first, second in close(differing[:parts, parts:]):
        one, other = releases[first], releases[parts + second]
        outcome.expose(total, [one, other], one.contributors ^ other.contributors)
