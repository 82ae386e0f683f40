"""(b) Remainders that one contributor dominates: of k and more contributors, but the second largest of them
can work out the largest to within a tenth, or all of them are 0. Tried on every cell, on every release
taken away from a larger one that contains it, and on every block that the means determine together.
"""

from collections.abc import Iterator

import numpy as np

from scripts.attacks.evidence import (
    MINIMUM_CONTRIBUTORS,
    NOTHING,
    Evidence,
    Means,
    Outcome,
    Release,
    Version,
    is_dominated,
)


def attack(evidence: Evidence) -> Outcome:
    """Try every sum of k and more contributors; the smaller ones are the row space's."""
    outcome = Outcome()
    for series in evidence.series:
        for releases, versions in sums(series.means):
            if len({contributor for contributor, _ in versions}) < MINIMUM_CONTRIBUTORS:
                continue
            outcome.tried += 1
            values = series.true_values(versions)
            if values is None:
                outcome.left_out += 1
            elif is_dominated(values):
                largest = max(map(abs, values))
                outcome.expose(
                    series,
                    releases,
                    [who for who, digest in versions if abs(series.values[who, digest]) == largest],
                )
    return outcome


def sums(means: Means) -> Iterator[tuple[list[Release], frozenset[Version]]]:
    """Yield blocks of unknowns whose sum can be worked out, each once, and from which releases."""
    if not means.releases:
        return
    members = means.members.astype(np.float32)
    shared = members @ members.T
    found: set[frozenset[Version]] = set()
    candidates = [([release], release.versions) for release in means.releases]
    for larger, smaller in zip(*np.nonzero(shared == shared.diagonal()), strict=True):
        outer, inner = means.releases[larger], means.releases[smaller]
        candidates.append(([outer, inner], outer.versions - inner.versions))
    for block in np.flatnonzero(means.freedom.diagonal() < NOTHING):
        inside = [r for r, row in zip(means.releases, means.equations, strict=True) if row[block]]
        candidates.append((inside, frozenset(means.blocks[block])))
    for releases, versions in candidates:
        if versions and versions not in found:
            found.add(versions)
            yield releases, versions
