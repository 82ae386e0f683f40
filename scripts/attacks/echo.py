"""(a) Echo: a published figure that is one contributor's value.

Every median of eleven is the sixth one's value, and says nothing: nobody knows whose it is. A figure is an
echo
- when fewer than k contributors stand behind it;
- as a quantile, when fewer than k of them lie on one side of it, so that one who knows those few, or is one
  of them, reads off the next one's (at five the quartiles are three members' values); it then exposes the
  values it lies between;
- when nine of ten share one value: it is everybody's, whatever it is called;
- when it is of another kind than those that may be shown, such as a minimum.
"""

import math
from collections import Counter
from collections.abc import Iterator

from scripts.attacks.evidence import (
    MINIMUM_CONTRIBUTORS,
    SPREAD_SHARE,
    Evidence,
    Outcome,
    Release,
    Series,
    Version,
)

QUANTILES = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
SHOWN = {"mean", "stddev", *QUANTILES}


def attack(evidence: Evidence) -> Outcome:
    """Look at every figure of every release by itself."""
    outcome = Outcome()
    for series in evidence.series:
        for release in series.releases:
            outcome.tried += len(release.figures)
            if exposed := frozenset().union(*echoes(series, release)):
                outcome.expose(series, [release], exposed)
    return outcome


def echoes(series: Series, release: Release) -> Iterator[frozenset[int]]:
    """Yield the contributors whose values a release shows."""
    n = len(release.contributors)
    if n < MINIMUM_CONTRIBUTORS or release.figures.keys() - SHOWN:
        yield release.contributors
    ((digest, count),) = Counter(digest for _, digest in release.versions).most_common(1)
    if count >= SPREAD_SHARE * n:
        yield frozenset(contributor for contributor, theirs in release.versions if theirs == digest)
    for name in release.figures.keys() & QUANTILES.keys():
        place = (n - 1) * QUANTILES[name]
        lower, upper = math.floor(place + 1e-9), math.ceil(place - 1e-9)
        if min(upper, n - 1 - lower) < MINIMUM_CONTRIBUTORS:
            yield at_ranks(series, release.versions, {lower, upper})


def at_ranks(series: Series, versions: frozenset[Version], ranks: set[int]) -> frozenset[int]:
    """Return who stands at these ranks, from 0; everybody where the order is not known any more."""
    if series.true_values(versions) is None:
        return frozenset(contributor for contributor, _ in versions)
    ordered = sorted(versions, key=series.values.__getitem__)
    return frozenset(ordered[rank][0] for rank in ranks)
