"""(e) Reconstruction: one cell's mean, quantiles and standard deviation taken together and solved for its
values.

The values in ascending order are unknowns; quantiles and the mean are linear in them, so each value's ends
are those of a linear program. That is tried where figures are not many fewer than values. Mean and standard
deviation give the sum and the sum of squares, between which the largest value is caught, in closed form,
however many there are; once for everybody and once for the second largest, who takes its own away. Where
both are known of a small cell, what the quantiles have told already is taken away first.

A value is exposed when nothing remains possible but what lies within a tenth of it. Not counted are values
with k others on either side, whom a quantile may show because nobody knows whose it is, and closeness that
comes from all values being close to each other: what remains must also be narrow beside the cell's own
range.
"""

import math
from itertools import pairwise, product

import numpy as np
from scipy.optimize import brentq, linprog

from scripts.attacks.echo import QUANTILES
from scripts.attacks.evidence import (
    MINIMUM_CONTRIBUTORS,
    Evidence,
    Outcome,
    Release,
    Series,
    interval,
    is_close,
)

MOMENTS = {"mean", "stddev"}
VALUES_PER_FIGURE = 2  # of more values a linear program leaves all open but the quantiles' neighbours
NARROW = 0.2  # of the range of the cell's values: a tenth to either side of a giant
TOLD = 0.02  # a value that quantiles alone tell this closely is taken away before the moments are looked at


def attack(evidence: Evidence) -> Outcome:
    """Try every release that shows figures of several kinds."""
    outcome = Outcome()
    for series in evidence.series:
        for release in series.releases:
            if len(release.figures) < 2:
                continue
            outcome.tried += 1
            values = series.true_values(release.versions)
            if values is None:
                outcome.left_out += 1
                continue
            ordered = sorted(release.versions, key=series.values.__getitem__)
            if ranks := exposed_ranks(series, release, values):
                outcome.expose(series, [release], {ordered[rank][0] for rank in ranks})
    return outcome


def exposed_ranks(series: Series, release: Release, values: list[float]) -> set[int]:
    """Return the places, from 0, of the values that can be solved for."""
    n = len(values)
    floor = -math.inf if series.allow_negative else 0.0
    solved = {}
    if release.figures.keys() >= MOMENTS:
        solved[n - 1] = moments(release, values, floor)
    if n <= VALUES_PER_FIGURE * len(release.figures):
        solved |= order_statistics(release, n, floor)
    reach = NARROW * (values[-1] - values[0])
    return {
        rank
        for rank, (lowest, highest) in solved.items()
        if min(rank, n - 1 - rank) < MINIMUM_CONTRIBUTORS
        and highest - lowest <= reach * (1 + 1e-9)
        and is_close(lowest, highest, values[rank])
    }


def moments(release: Release, values: list[float], floor: float) -> tuple[float, float]:
    """Return the ends of the largest value, or those for the second largest where these are close enough."""
    for known in ([], [values[-2]]):
        ends = ends_by_moments(release, len(values), floor, known)
        if is_close(*ends, values[-1]):
            break
    return ends


def ends_by_moments(release: Release, n: int, floor: float, known: list[float]) -> tuple[float, float]:
    """Return between which values the largest of those not known lies, by their sum and sum of squares."""
    ends = []
    for mean, deviation in product(interval(release.figures["mean"]), interval(release.figures["stddev"])):
        squares = (n - 1) * deviation**2 + n * mean**2 - sum(value**2 for value in known)
        ends.append(largest(n - len(known), n * mean - sum(known), squares, floor))
    lowest, highest = zip(*ends, strict=True)
    return min(lowest), max(highest)


def largest(n: int, total: float, squares: float, floor: float) -> tuple[float, float]:
    """Return the smallest and largest possible maximum of n values with this sum and sum of squares."""
    mean = total / n
    deviation = math.sqrt(max(squares / n - mean**2, 0.0))
    highest = mean + deviation * math.sqrt(n - 1)  # all others equal
    if floor < 0:
        return mean + deviation / math.sqrt(max(n - 1, 1)), highest  # all others equal to it but one

    def most_squares(limit: float) -> float:
        """Of values from 0 to the limit: as many as possible at the limit, and one that is what is left."""
        count = math.floor(total / limit)
        return count * limit**2 + (total - count * limit) ** 2

    if mean <= 0 or most_squares(highest) <= squares:
        return highest, highest
    if most_squares(mean) >= squares:
        return mean, highest
    return brentq(lambda limit: most_squares(limit) - squares, mean, highest), highest


def order_statistics(release: Release, n: int, floor: float) -> dict[int, tuple[float, float]]:
    """Return each value's ends by quantiles and mean, then with what stddev says of the rest."""
    bounds = [(floor, math.inf)] * n
    solved = ends_by_quantiles(release, bounds)
    told = {
        rank: (lowest + highest) / 2
        for rank, (lowest, highest) in solved.items()
        if highest - lowest <= TOLD * abs(highest + lowest) / 2
    }
    rest = [rank for rank in range(n) if rank not in told]
    if len(rest) > 1 and release.figures.keys() >= MOMENTS:
        bounds[rest[-1]] = ends_by_moments(release, n, floor, list(told.values()))
        solved |= ends_by_quantiles(release, bounds)
    return solved


def ends_by_quantiles(release: Release, bounds: list[tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Return each value's smallest and largest possible value, within bounds; without a solution nothing."""
    n = len(bounds)
    rows, limits = [], []
    for name, figure in release.figures.items():
        if name == "mean":
            row = np.full(n, 1 / n)
        elif name in QUANTILES:
            place = (n - 1) * QUANTILES[name]
            row = np.maximum(0, 1 - np.abs(np.arange(n) - place))
        else:
            continue
        lowest, highest = interval(figure)
        rows += [row, -row]
        limits += [highest, -lowest]
    for lower, upper in pairwise(range(n)):
        rows.append(np.eye(n)[lower] - np.eye(n)[upper])
        limits.append(0.0)
    scale = max(map(abs, limits)) or 1.0
    system = {
        "A_ub": np.array(rows),
        "b_ub": np.array(limits) / scale,
        "bounds": np.array(bounds) / scale,
        "method": "highs",
    }
    found = {}
    for rank in range(n):
        ends = [linprog(direction * np.eye(n)[rank], **system) for direction in (1, -1)]
        if all(end.status == 0 for end in ends):
            found[rank] = (float(ends[0].fun) * scale, -float(ends[1].fun) * scale)
    return found
