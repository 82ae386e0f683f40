"""(b) Remainders that one contributor dominates: of k and more, but the second largest of them can work out
the largest to within a tenth, or all of them are 0. Tried on every cell, on every release taken away from a
larger one that contains it, and on every block that the means determine together.
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
    Series,
    is_dominated,
)


def attack(evidence: Evidence) -> Outcome:
    """Try every sum of k and more contributors; the smaller ones are the row space's."""
    outcome = Outcome()
    for series in evidence.series:
        if series.means.releases:
            attack_series(series, outcome)
    return outcome


def attack_series(series: Series, outcome: Outcome) -> None:
    """Add who dominates a sum of one metric and period."""
    blocks = series.means.blocks
    sizes = np.array([len(block) for block in blocks])
    magnitudes = [magnitudes_of(series, block) for block in blocks]
    totals = np.array([sum(sorted_) for sorted_ in magnitudes])  # not a number where a value is not known
    for releases, places in sums(series.means):
        if sizes[places].sum() < MINIMUM_CONTRIBUTORS:
            continue
        outcome.tried += 1
        if np.isnan(totals[places]).any():
            outcome.left_out += 1
            continue
        second, largest = sorted([0.0, *(value for place in places for value in magnitudes[place][-2:])])[-2:]
        if is_dominated(totals[places].sum(), largest, second):
            outcome.expose(
                series,
                releases,
                [who for place in places for who, digest in blocks[place]
                 if abs(series.values[who, digest]) == largest],
            )  # fmt: skip


def magnitudes_of(series: Series, block: list[tuple[int, int]]) -> list[float]:
    """Return a block's magnitudes, the smallest first."""
    return sorted(abs(series.values.get(version, np.nan)) for version in block)


def sums(means: Means) -> Iterator[tuple[list[Release], list[int]]]:
    """Yield the blocks of sums that can be worked out, each set of blocks once, and from which releases."""
    standing = means.equations > 0
    candidates = [([release], row) for release, row in zip(means.releases, standing, strict=True)]
    contains = ~(standing.astype(np.float32) @ ~standing.T).T.astype(bool)  # [larger, smaller]
    for larger, smaller in zip(*np.nonzero(contains), strict=True):
        both = [means.releases[larger], means.releases[smaller]]
        candidates.append((both, standing[larger] & ~standing[smaller]))
    for block in np.flatnonzero(means.freedom.diagonal() < NOTHING):
        inside = [release for release, row in zip(means.releases, standing, strict=True) if row[block]]
        candidates.append((inside, np.arange(standing.shape[1]) == block))
    found: set[bytes] = set()
    for releases, row in candidates:
        if row.any() and row.tobytes() not in found:
            found.add(row.tobytes())
            yield releases, list(np.flatnonzero(row))
