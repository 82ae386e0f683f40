"""(c) Intervals: what remains possible for a contributor when one other contributor's values are known.

All published means and sums, each anywhere in what rounds to it, bound what is left; the ends are found by
linear programming, exactly. Where a metric allows no negatives no value is one. A contributor is exposed
where nothing remains possible but what lies within a tenth of the true value (where that is not known any
more: of any value).

Who stands in a block with two others that are not known may have 0 or, where negatives are allowed,
anything: the others make up for it. So only blocks of one and two need a program, and cells whose mean is 0
where nothing is negative show everybody. An attacker in a larger block knows no more than that the block's
sum is at least its value.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from scripts.attacks.evidence import (
    Evidence,
    Outcome,
    Release,
    Series,
    Version,
    incidence,
    interval,
    is_close,
)

MOST_CONTRIBUTORS = 200  # of whom every one is tried against every other; of more a sample of so many
FAILED = (1, 2, 4)  # of linprog's states: no answer; the truth itself is always a solution
CLOSEST_UNKNOWN = 1.1 / 0.9  # between ends farther apart no value is within a tenth of both


def attack(evidence: Evidence) -> Outcome:
    """Try one connected set of cells of one metric and period at a time."""
    outcome = Outcome()
    for series in evidence.series:
        for releases in connected(series.means.releases):
            Component(series, releases).attack(outcome)
    return outcome


def connected(releases: tuple[Release, ...]) -> Iterator[tuple[Release, ...]]:
    """Yield the sets of releases that share unknowns, directly or through others."""
    if not releases:
        return
    sets = [release.versions for release in releases]
    members = incidence(sets, frozenset().union(*sets)).astype(np.float32)
    count, part = connected_components(members @ members.T, directed=False)
    for number in range(count):
        yield tuple(release for release, of in zip(releases, part, strict=True) if of == number)


@dataclass
class Knowledge:
    """Bounds on every block's sum, as somebody who knows some values has them."""

    lowest: np.ndarray
    highest: np.ndarray


class Component:
    """A connected set of released means: intervals of sums of blocks of unknowns."""

    def __init__(self, series: Series, releases: tuple[Release, ...]) -> None:
        self.series = series
        self.releases = releases
        self.means = type(series.means)(releases)
        self.unsolved = 0
        self.floor = -np.inf if series.allow_negative else 0.0
        ends = [interval(release.figures["mean"]) for release in releases]
        counts = np.array([len(release.versions) for release in releases])
        self.sums = np.array(ends) * counts[:, None]
        self.block_of = {
            version: number for number, block in enumerate(self.means.blocks) for version in block
        }
        self.contributors: dict[int, list[Version]] = {}
        for version in self.means.versions:
            self.contributors.setdefault(version[0], []).append(version)

    def attack(self, outcome: Outcome) -> None:
        """Try every contributor against every other, as far as their number allows."""
        exposed = self.shown_as_zero()
        exposed_versions = {version for version in self.means.versions if version[0] in exposed}
        alone = [block[0] for block in self.means.blocks if len(block) == 1]
        paired = [version for block in self.means.blocks if len(block) == 2 for version in block]
        outcome.tried += len(self.contributors)
        for version in self.sampled(alone, outcome):
            if version not in exposed_versions and self.is_exposed(version, outcome):
                exposed.add(version[0])
        for version in self.sampled(paired, outcome):
            (other,) = set(self.means.blocks[self.block_of[version]]) - {version}
            if version[0] not in exposed and self.is_exposed_to(version, other[0]):
                exposed.add(version[0])
        outcome.left_out += self.unsolved
        for contributor in sorted(exposed):
            through = [r for r in self.releases if contributor in r.contributors]
            outcome.expose(self.series, through, [contributor])

    def shown_as_zero(self) -> set[int]:
        """Return whose values are 0 because their sum is, and none is below."""
        if self.series.allow_negative:
            return set()
        zero = [release.contributors for release in self.releases if release.figures["mean"] == 0]
        return set().union(*zero)

    def sampled(self, versions: list, outcome: Outcome) -> list:
        """Return at most so many as are tried, always the same; count the others as left out."""
        if len(versions) <= MOST_CONTRIBUTORS:
            return versions
        outcome.left_out += len(versions) - MOST_CONTRIBUTORS
        chosen = np.random.default_rng(0).choice(len(versions), MOST_CONTRIBUTORS, replace=False)
        return [versions[number] for number in sorted(chosen)]

    def is_exposed(self, version: Version, outcome: Outcome) -> bool:
        """Say whether anybody could tell a contributor that is alone in its block."""
        others = [contributor for contributor in self.contributors if contributor != version[0]]
        if not self.is_narrow(version, self.knowledge(others)):  # not even all of them together
            return False
        attackers = self.sampled(self.worth_trying(others), outcome)
        return not others or any(self.is_exposed_to(version, other) for other in attackers)

    def worth_trying(self, others: list[int]) -> list[int]:
        """Return the attackers of whom none knows less than another: of a block its largest."""
        most: dict[tuple[int, ...], int] = {}
        for other in others:
            places = tuple(self.block_of[version] for version in self.contributors[other])
            if len(places) > 1:
                places = (*places, -other)  # of several blocks none is simply the strongest
            if places not in most or self.first_value(other) > self.first_value(most[places]):
                most[places] = other
        return list(most.values())

    def first_value(self, contributor: int) -> float:
        """Return a value of the contributor; minus infinity where it is not known any more."""
        return self.series.values.get(self.contributors[contributor][0], -np.inf)

    def is_exposed_to(self, version: Version, attacker: int) -> bool:
        """Say whether one attacker could."""
        return self.is_narrow(version, self.knowledge([attacker]))

    def knowledge(self, known: list[int]) -> Knowledge:
        """Return the bounds on the blocks' sums for somebody who knows these contributors' values.

        Of a block of several only its largest known value counts: that is exact for one contributor, and at
        least what any one of many knows.
        """
        lowest = np.full(len(self.means.blocks), self.floor)
        highest = np.full(len(self.means.blocks), np.inf)
        for contributor in known:
            for version in self.contributors[contributor]:
                block, value = self.block_of[version], self.series.values.get(version)
                if value is None:
                    continue
                if len(self.means.blocks[block]) == 1:
                    lowest[block] = highest[block] = value
                elif not self.series.allow_negative:
                    lowest[block] = max(lowest[block], value)
        return Knowledge(lowest, highest)

    def is_narrow(self, version: Version, knowledge: Knowledge) -> bool:
        """Say whether only values close to the true one remain; the other of a pair counts as known."""
        block = self.block_of[version]
        known = sum(
            self.series.values.get(other, np.nan) for other in self.means.blocks[block] if other != version
        )
        value = self.series.values.get(version)
        if np.isnan(known):
            return False
        highest = self.end(block, knowledge, -1) - known
        if not np.isfinite(highest) or (value is not None and not is_close(value, highest, value)):
            return False
        lowest = max(self.end(block, knowledge, 1) - known, self.floor)
        if value is None:
            nearer, farther = sorted((abs(lowest), abs(highest)))
            return bool(lowest * highest > 0 and farther <= CLOSEST_UNKNOWN * nearer)
        return is_close(lowest, highest, value)

    def end(self, block: int, knowledge: Knowledge, direction: int) -> float:
        """Return the smallest (1) or largest (-1) possible sum of a block."""
        inside = self.means.equations[:, block] > 0
        scale = max(float(np.abs(self.sums[inside]).min()), 1e-300)  # programs are solved around 1
        objective = np.zeros(len(knowledge.lowest))
        objective[block] = direction
        solved = linprog(
            objective,
            A_ub=np.vstack([self.means.equations, -self.means.equations]),
            b_ub=np.concatenate([self.sums[:, 1], -self.sums[:, 0]]) / scale,
            bounds=np.column_stack([knowledge.lowest, knowledge.highest]) / scale,
            method="highs",
            options={"presolve": False},  # which calls some unbounded programs infeasible
        )
        if solved.status == 0:
            return float(solved.fun) * direction * scale
        self.unsolved += solved.status in FAILED
        return -np.inf * direction
