"""(d) Linked metrics: what a total and its parts tell together, of one cell or of several.

Two means, of a total and of a part of it, whose contributors differ by 1 to k-1 in all: the total without
its parts is then what those few have of the part that they did not report. Compared by contributors alone:
the values are different ones anyway.

And all means of a family of linked metrics in one system. Unknowns are a contributor's values of each metric;
a contributor whose parts add up to its total ties them together, and adds nothing where a combination of
means takes all of its parts away from its total. Contributors that stand in the same releases of every
metric and are tied alike are one block. What is left of a block's unknowns when the ties are taken out is
searched as the row space of one metric is.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, combinations, product
from math import isclose

import networkx as nx
import numpy as np
from scipy.linalg import null_space

from scripts.attacks import row_space
from scripts.attacks.evidence import MINIMUM_CONTRIBUTORS, Evidence, Outcome, Series

ADDS_UP = 1e-6  # relative: sums of rounded reports

Unknown = tuple[str, int]  # a metric and a value's digest: what one contributor says once
Tie = frozenset[tuple[int, float]]  # places among a contributor's unknowns, with signs: their sum is 0


def attack(evidence: Evidence) -> Outcome:
    """Try every two linked means, and then all of them at once."""
    outcome = Outcome()
    for family in families(evidence):
        Family(family, evidence.component_of).attack(outcome)
    return outcome


def families(evidence: Evidence) -> Iterator[list[Series]]:
    """Yield the metrics of one period that are tied together, where any of them shows a mean."""
    by_place = {(series.metric, series.period): series for series in evidence.series}
    graph = nx.Graph(
        ((metric, period), (evidence.component_of[metric], period))
        for metric, period in by_place
        if (evidence.component_of.get(metric), period) in by_place
    )
    for names in nx.connected_components(graph):
        family = [by_place[name] for name in sorted(names)]
        if any(series.means.releases for series in family):
            yield family


class Family:
    """The means of a period's linked metrics, as sums of what blocks of contributors say."""

    def __init__(self, series: list[Series], component_of: dict[str, str]) -> None:
        self.series = {one.metric: one for one in series}
        self.parts = {
            metric: [part for part in self.series if component_of.get(part) == metric]
            for metric in self.series
        }
        self.means = [(one.metric, release) for one in series for release in one.means.releases]
        self.standing: dict[int, dict[Unknown, list[int]]] = defaultdict(lambda: defaultdict(list))
        for row, (metric, release) in enumerate(self.means):
            for contributor, digest in release.versions:
                self.standing[contributor][metric, digest].append(row)
        self.said: dict[tuple[int, str], set[int]] = defaultdict(set)
        self.moments: dict[tuple[int, Unknown], set[datetime | int | None]] = defaultdict(set)
        for one in series:
            shown = ((release.released_at, release.versions) for release in one.releases)
            for moment, versions in chain(one.said.items(), shown):
                for contributor, digest in versions:
                    self.said[contributor, one.metric].add(digest)
                    self.moments[contributor, (one.metric, digest)].add(moment)

    def is_part(self, metric: str) -> bool:
        """Say whether the family has what the metric is a part of."""
        return any(metric in parts for parts in self.parts.values())

    def attack(self, outcome: Outcome) -> None:
        """Add whom two means tell, or any number of them."""
        for total, parts in self.parts.items():
            for part in parts:
                self.compare(self.series[total], self.series[part], outcome)
        self.combine(outcome)

    def compare(self, total: Series, part: Series, outcome: Outcome) -> None:
        """Compare every mean of a total with every mean of a part; who said something else since differs."""
        for one, other in product(total.means.releases, part.means.releases):
            outcome.tried += 1
            differing = one.contributors ^ other.contributors
            if len(differing) < MINIMUM_CONTRIBUTORS:
                of_part = dict(other.versions)
                differing |= {
                    contributor
                    for contributor, digest in one.versions
                    if contributor in of_part
                    and not self.go_together(
                        contributor, (total.metric, digest), (part.metric, of_part[contributor])
                    )
                }
                if 0 < len(differing) < MINIMUM_CONTRIBUTORS:
                    outcome.expose(total, [one, other], differing)

    def combine(self, outcome: Outcome) -> None:
        """Search all means for small sets of contributors of whom something is left."""
        columns, owners = [], []
        for says, contributors in self.blocks():
            columns.append(says)
            owners += [contributors] * says.shape[1]
            outcome.tried += 1
        equations = np.hstack(columns)
        freedom = np.eye(len(owners)) - np.linalg.pinv(equations) @ equations
        total = next(one for metric, one in self.series.items() if not self.is_part(metric))
        for contributors in row_space.smallest(freedom, owners, outcome):
            through = [release for _, release in self.means if release.contributors & contributors]
            outcome.expose(total, through, contributors)

    def blocks(self) -> Iterator[tuple[np.ndarray, frozenset[int]]]:
        """Yield what the means say of each block, the ties taken out, and who is in it."""
        alike: dict[tuple, list[int]] = defaultdict(list)
        for contributor, standing in self.standing.items():
            unknowns = sorted(standing, key=lambda unknown: (unknown[0], standing[unknown]))
            rows = tuple((metric, *standing[metric, digest]) for metric, digest in unknowns)
            alike[rows, frozenset(self.ties(contributor, unknowns))].append(contributor)
        for (unknowns, ties), contributors in alike.items():
            says = np.zeros((len(self.means), len(unknowns)))
            for place, (_, *rows) in enumerate(unknowns):
                says[rows, place] = 1
            yield says @ untied(ties, len(unknowns)), frozenset(contributors)

    def ties(self, contributor: int, unknowns: list[Unknown]) -> Iterator[Tie]:
        """Yield which of a contributor's parts make up which of its totals."""
        place = {unknown: number for number, unknown in enumerate(unknowns)}
        for total in self.parts:
            for choice in self.choices(contributor, total):
                if all(unknown in place for unknown in choice):
                    yield frozenset((place[each], 1.0 if each[0] == total else -1.0) for each in choice)

    def choices(self, contributor: int, total: str) -> list[tuple[Unknown, ...]]:
        """Return what a contributor that says all parts means by them: which versions make up which total.

        Those that were said at one time. Of others that may have been, those that add up, and where of all
        that it ever said nothing adds up with either, as far as it is known, any.
        """
        if not self.parts[total]:
            return []
        said = [self.versions(contributor, metric) for metric in (total, *self.parts[total])]
        choices = list(product(*said))
        fitting = {choice for choice in choices if self.adds_up(contributor, choice)}
        totals, parts = {choice[0] for choice in fitting}, {choice[1:] for choice in fitting}
        return [
            choice
            for choice in choices
            if self.is_of_one_time(contributor, choice)
            or (
                (choice in fitting or (choice[0] not in totals and choice[1:] not in parts))
                and all(self.is_timely(contributor, *pair) for pair in combinations(choice, 2))
            )
        ]

    def go_together(self, contributor: int, total: Unknown, part: Unknown) -> bool:
        """Say whether a contributor may have meant both at once: unless others of its values add up, yes."""
        if self.is_of_one_time(contributor, (total, part)):
            return True
        choices = self.choices(contributor, total[0])
        if not choices:
            return self.is_timely(contributor, total, part)
        return any({total, part} <= set(choice) for choice in choices)

    def versions(self, contributor: int, metric: str) -> list[Unknown]:
        """Return all that a contributor ever said of a metric."""
        return [(metric, digest) for digest in sorted(self.said[contributor, metric])]

    def is_of_one_time(self, contributor: int, choice: tuple[Unknown, ...]) -> bool:
        """Say whether one build released all of them, or all are what is said today."""
        return bool(set.intersection(*(self.moments[contributor, unknown] for unknown in choice)))

    def is_timely(self, contributor: int, one: Unknown, other: Unknown) -> bool:
        """Say whether both may have been said at one time: not where each was said with something else."""
        return self.is_of_one_time(contributor, (one, other)) or not all(
            any(self.is_of_one_time(contributor, (each, version)) for version in versions)
            for each, versions in (
                (one, self.versions(contributor, other[0])),
                (other, self.versions(contributor, one[0])),
            )
        )

    def adds_up(self, contributor: int, choice: tuple[Unknown, ...]) -> bool:
        """Say whether a total is known to be the sum of its parts."""
        total, *parts = (
            self.series[metric].values.get((contributor, digest), np.nan) for metric, digest in choice
        )
        return isclose(total, sum(parts), rel_tol=ADDS_UP, abs_tol=ADDS_UP * max(map(abs, parts)))


def untied(ties: frozenset[Tie], unknowns: int) -> np.ndarray:
    """Return the directions in which unknowns count when nothing that is tied to 0 does."""
    rows = np.zeros((len(ties), unknowns))
    for row, tie in enumerate(ties):
        for place, sign in tie:
            rows[row, place] = sign
    return null_space(rows) if len(rows) else np.eye(unknowns)
