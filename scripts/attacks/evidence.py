"""What the attacks work with: every release there ever was, and the true values by which a success shows.

The limits are those of the design, not those of a build: a build with its rules off must not pass.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby

import numpy as np
import psycopg

MINIMUM_CONTRIBUTORS = 5  # k: a block of fewer is somebody's value
CLOSENESS = 0.10  # an estimate this close to a value is the value
SPREAD_SHARE = 0.9  # a value that so many share is everybody's
SIGNIFICANT_DIGITS = 3
NOTHING = 1e-9  # what is 0 but for the arithmetic

Version = tuple[int, int]  # a contributor's number and its value's digest: one unknown

RELEASES = """
    select
        metric_name, period, cell_type, cell_key, release_id, contributors, value_digests, figures,
        withdrawn_releases.release_id is not null, released_at
    from ledger.releases
    left join ledger.withdrawn_releases using (release_id)
    order by metric_name, period, release_id
"""
# What was once released may be counted no more; then it is looked for among all that was loaded.
VALUES = """
    with released as (select distinct metric_name, period from ledger.releases)
    select metric_name, period, contributor_number, value, true as is_counted
    from contributions.contributions
    inner join released using (metric_name, period)
    inner join ledger.contributors using (contributor_id)
    where value is not null
    union
    select metric_name, period, contributor_number, observations.value, false as is_counted
    from staging.stg_observations as observations
    inner join released using (metric_name, period)
    inner join contributions.ownership on observations.organization_id = ownership.entity_id
    inner join ledger.contributors on ownership.contributor_id = contributors.contributor_id
    where observations.rejection_reason is null
"""
WITH_DIGESTS = f"""
    select metric_name, period, contributor_number, hashfloat8(value), value, is_counted
    from ({VALUES}) as found
"""
METRICS = "select metric_name, allow_negative, component_of from staging.stg_metrics"
PUBLISHED = """
    select 'industry', industry_code, metric_name, period, statistics from public.industry_benchmarks
    union all
    select
        split_part(benchmark_type, ':', 1),
        case split_part(benchmark_type, ':', 1)
            when 'industry' then industry when 'peer_group' then split_part(benchmark_type, ':', 2) else ''
        end,
        metric_name, period, statistics
    from public.network_benchmarks
"""


@dataclass(frozen=True)
class Release:
    """A cell's figures as they were shown once, and whose values they are of."""

    cell: str
    number: int
    versions: frozenset[Version]
    figures: dict[str, float]
    is_withdrawn: bool = False  # remembered, but not to be published any more
    released_at: datetime | None = None

    @cached_property
    def contributors(self) -> frozenset[int]:
        """The contributors' numbers."""
        return frozenset(contributor for contributor, _ in self.versions)


@dataclass(frozen=True)
class Series:
    """Everything released of one metric and period."""

    metric: str
    period: str
    releases: tuple[Release, ...]
    values: dict[Version, float] = field(default_factory=dict)  # the truth, as far as it is still known
    allow_negative: bool = False
    said: dict[int | None, frozenset[Version]] = field(default_factory=dict)  # by everybody; None is today

    def true_values(self, versions: Collection[Version]) -> list[float] | None:
        """Return the values in ascending order; None where one is not known any more."""
        found = [self.values.get(version) for version in versions]
        return None if None in found else sorted(found)

    @cached_property
    def means(self) -> "Means":
        """What the published means say together."""
        return Means(tuple(release for release in self.releases if "mean" in release.figures))


@dataclass(frozen=True)
class Means:
    """The published means as sums of unknowns; unknowns that stand in the same releases are one block."""

    releases: tuple[Release, ...]

    @cached_property
    def versions(self) -> list[Version]:
        """The unknowns, in one fixed order."""
        return sorted(frozenset().union(*(release.versions for release in self.releases)))

    @cached_property
    def members(self) -> np.ndarray:
        """Releases by unknowns: who stands in which."""
        return incidence([release.versions for release in self.releases], self.versions)

    @cached_property
    def blocks(self) -> list[list[Version]]:
        """The unknowns of each block."""
        blocks = [[] for _ in range(self._columns[0].shape[1])]
        for version, block in zip(self.versions, self._columns[1], strict=True):
            blocks[block].append(version)
        return blocks

    @property
    def equations(self) -> np.ndarray:
        """Releases by blocks: each released sum is the sum of its blocks."""
        return self._columns[0]

    @cached_property
    def _columns(self) -> tuple[np.ndarray, np.ndarray]:
        distinct, block_of = np.unique(self.members, axis=1, return_inverse=True)
        return distinct.astype(float), block_of.ravel()

    @cached_property
    def freedom(self) -> np.ndarray:
        """The projector onto the equations' null space: what may change in the blocks without showing.

        A combination in which only some blocks are left exists where their part of this is singular.
        """
        return np.eye(len(self.blocks)) - np.linalg.pinv(self.equations) @ self.equations


@dataclass(frozen=True)
class Exposure:
    """An attack that succeeded: through which cells, and on whom."""

    cells: tuple[str, ...]
    metric: str
    period: str
    contributors: frozenset[int]


@dataclass
class Outcome:
    """How often an attack was tried, where it succeeded, and what it left out."""

    tried: int = 0
    exposures: list[Exposure] = field(default_factory=list)
    left_out: int = 0

    def expose(self, series: Series, releases: Iterable[Release], contributors: Iterable[int]) -> None:
        """Keep a success."""
        cells = tuple(dict.fromkeys(release.cell for release in releases))
        self.exposures.append(Exposure(cells, series.metric, series.period, frozenset(contributors)))


@dataclass(frozen=True)
class Evidence:
    """All series, the figures that are published now, and which metric is a part of which."""

    series: tuple[Series, ...]
    published: tuple[tuple[str, str, str, dict], ...] = ()  # cell, metric, period, figures
    component_of: dict[str, str] = field(default_factory=dict)


def read(connection: psycopg.Connection) -> Evidence:
    """Read it from a database; without a release there are no series."""
    metrics = {name: about for name, *about in connection.execute(METRICS)}
    values: dict[tuple[str, str], dict[Version, float]] = defaultdict(dict)
    counted: dict[tuple[str, str], set[Version]] = defaultdict(set)
    for metric, period, contributor, digest, value, is_counted in connection.execute(WITH_DIGESTS):
        values[metric, period][contributor, digest] = value
        if is_counted:
            counted[metric, period].add((contributor, digest))
    rows = connection.execute(RELEASES)
    series = tuple(
        Series(
            metric,
            period,
            tuple(
                Release(label(cell_type, key), number, frozenset(zip(numbers, digests, strict=True)), *about)
                for _, _, cell_type, key, number, numbers, digests, *about in group
            ),
            values[metric, period],
            metrics.get(metric, (True,))[0],
            {None: frozenset(counted[metric, period])},
        )
        for (metric, period), group in groupby(rows, key=lambda row: row[:2])
    )
    published = tuple(
        (label(cell_type, key), metric, period, statistics)
        for cell_type, key, metric, period, statistics in connection.execute(PUBLISHED)
    )
    return Evidence(series, published, {name: total for name, (_, total) in metrics.items() if total})


def label(cell_type: str, key: str) -> str:
    """Return how a cell is named in the report."""
    return f"{cell_type} {key}".rstrip()


def incidence(sets: Collection[frozenset], elements: Collection) -> np.ndarray:
    """Return sets by elements, True where the one contains the other."""
    column = {element: number for number, element in enumerate(elements)}
    matrix = np.zeros((len(sets), len(column)), dtype=bool)
    for row, members in enumerate(sets):
        matrix[row, [column[member] for member in members]] = True
    return matrix


def interval(figure: float) -> tuple[float, float]:
    """Return between which numbers lies what was rounded to a published figure."""
    exact = Decimal(repr(figure))
    if not exact:
        return 0.0, 0.0
    half = Decimal(5).scaleb(exact.adjusted() - SIGNIFICANT_DIGITS)
    is_power_of_ten = abs(exact) == Decimal(1).scaleb(exact.adjusted())  # below it digits are finer
    ends = abs(exact) - (half / 10 if is_power_of_ten else half), abs(exact) + half
    lowest, highest = sorted(end.copy_sign(exact) for end in ends)
    return float(lowest), float(highest)


def is_close(lowest: float, highest: float, value: float) -> bool:
    """Say whether nothing is possible but what lies within a tenth of the value."""
    margin = (CLOSENESS + 1e-9) * abs(value)
    return value - margin <= lowest and highest <= value + margin


def is_dominated(total: float, largest: float, second: float) -> bool:
    """The p% rule on magnitudes whose sum is known: the second can work out the largest, or all are 0."""
    return largest == 0 or total - largest - second < CLOSENESS * largest
