"""Small worlds that live through several builds, and what an attacker sees after each.

Each story is told in copies that share nothing: one as the rules have it, one or more in whose metrics the
rules that their name mentions are taken out. All copies live in one database and the same builds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import psycopg
from dbt.contracts.graph.manifest import Manifest
from worlds import AS_OF, Bundle, identifier, query

BUILDS = 7
MOMENTS = [AS_OF + timedelta(hours=build) for build in range(BUILDS)]

# --- rules, and how each is taken out of the metrics that say so ---

OFF = "metric_name like '% -{rule}%'"
# rule -> where it stands in the manifest, what it says there, and what without the rule; None is all of it.
RULES = {
    "few": ("primary_suppression", "contributor_count < {{", "not {off} and contributor_count < {{"),
    "dominance": ("primary_suppression", "coalesce({{ is_dom", "not {off} and coalesce({{ is_dom"),
    "spread": ("primary_suppression", "coalesce(middle_value", "not {off} and coalesce(middle_value"),
    "remainder": ("remainder_suppression", None, None),
    "overlap": ("overlap_suppression", None, None),
    "earlier overlap": ("released_overlaps", None, None),
    "peer means": (
        "allowed_figures",
        "when judged.cell_type = 'peer_group' then",
        "when judged.cell_type = 'peer_group' and not judged.{off} then",
    ),
    "linked": ("linked_blocks", None, None),
    "hidden component": ("total_suppression", None, None),
    "earlier link": ("linked_history", None, None),
    "release": (
        "release_proposals",
        "where {{ is_too_small_a_difference('differing') }} or",
        "where (not {off} and {{ is_too_small_a_difference('differing') }}) or",
    ),
    "every release": (
        "release_proposals",
        "{{ is_too_small_a_difference('differing') }}",
        "{{ is_too_small_a_difference('differing') }} and (is_latest or not {off})",
    ),
    "tree": ("history_suppression", None, None),
    "withdrawal": (
        "withdrawn_releases",
        "where withdrawn_before.release_id is null",
        "where withdrawn_before.release_id is null and not ended.{off}",
    ),
    "category": (
        "withdrawn_releases",
        "where earlier_releases.data_category <> metrics.data_category",
        "where earlier_releases.data_category <> metrics.data_category and not earlier_releases.{off}",
    ),
    "digits": (
        "release_candidates",
        "{{ significant('cells.mean') }}",
        "case when cells.{off} then cells.mean::numeric else {{ significant('cells.mean') }} end",
    ),
    "one release": (
        "network_benchmarks",
        "select * from {{ ref('releases') }}",
        "select cell_type, cell_key, metric_name, metric_type, period, contributor_count, confidence_level,"
        " case when {off} then statistics || coalesce(figures, '{}') else statistics end as statistics"
        " from {{ ref('releases') }}"
        " left join (select cell_type, cell_key, metric_name, period, figures"
        " from disclosure.release_candidates) as candidates using (cell_type, cell_key, metric_name, period)",
    ),
    "ownership": (
        "ownership",
        "where edges.edge_type = 'subsidiary_of'",
        "where edges.edge_type = 'subsidiary_of' and child.entity_id not in"
        " (select id from public.organizations where name like '% -ownership%')",
    ),
}


def take_out(manifest: Manifest, rules: Iterable[str] = tuple(RULES)) -> None:
    """Take these rules out of the metrics, or the organisations, that are named after being without them."""
    for rule in rules:
        place, text, instead = RULES[rule]
        code, attribute = manifest.macros.get(f"macro.blipee_benchmarks.{place}"), "macro_sql"
        if code is None:
            code, attribute = manifest.nodes[f"model.blipee_benchmarks.{place}"], "raw_code"
        said, off = getattr(code, attribute), OFF.format(rule=rule)
        if text is None:
            says = f"select * from (\n{said}\n) as withheld where not {off}"
        else:
            assert said.count(text) == 1, f"{place} no longer says {text!r} once: take out what it says now"
            says = said.replace(text, instead.replace("{off}", off))
        setattr(code, attribute, says)


# --- what happens ---


@dataclass
class Stage:
    """What is loaded, and what the platform itself does, before each build."""

    bundles: list[Bundle] = field(default_factory=lambda: [Bundle() for _ in range(BUILDS)])
    statements: list[list[tuple]] = field(default_factory=lambda: [[] for _ in range(BUILDS)])


def around(mean: float, count: int) -> list[float]:
    """As many different values, none far from the mean, which they have to the last digit."""
    return [mean + 2 * number - count + 1 for number in range(count)]


class World:
    """One copy of a story: all names in it begin with its own. Builds count from 1."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage, self.name = stage, name

    def bundle(self, build: int) -> Bundle:
        return self.stage.bundles[build - 1]

    def of(self, name: str) -> str:
        return f"{self.name} {name}" if name else self.name

    def metric(
        self, name: str = "", *, part_of: str | None = None, category: str = "energy", build: int = 1
    ) -> None:
        self.bundle(build).add(
            "metrics",
            metric_name=self.of(name),
            category=category,
            unit="MWh",
            component_of=None if part_of is None else self.of(part_of),
        )

    def industry(self, code: str, parent: str | None = None) -> None:
        self.bundle(1).add(
            "industry_models",
            industry_code=self.of(code),
            industry_name=self.of(code),
            parent_industry_code=parent and self.of(parent),
        )

    def member(
        self,
        name: str,
        value: float | None = None,
        *,
        industry: str | None = None,
        parent: str | None = None,
        build: int = 1,
        until: datetime | None = None,
        **about: object,
    ) -> None:
        self.bundle(build).member(
            self.of(name),
            industry=industry and self.of(industry),
            parent=parent and self.of(parent),
            consents=(),
        )
        self.consents(name, build, until=until and until.isoformat())
        if value is not None:
            self.reports(name, value, build=build, **about)

    def reports(
        self, name: str, value: float, metric: str = "", *, build: int = 1, period: str = "2024"
    ) -> None:
        self.bundle(build).observe(self.of(name), self.of(metric), value, period=period)

    def crowd(self, industry: str | None, values: Iterable[float], name: str = "", **about: object) -> None:
        """Members who report a value each, numbered, and called after the industry or by a name."""
        for number, value in enumerate(values):
            self.member(f"{name or industry} {number}", value, industry=industry, **about)

    def moves(self, name: str, industry: str, build: int) -> None:
        self.bundle(build).add(
            "organization_industries", organization_id=self.of(name), primary_industry=self.of(industry)
        )

    def consents(self, name: str, build: int, **terms: object) -> None:
        self.bundle(build).consent(self.of(name), terms.pop("category", "energy"), **terms)

    def group(self, name: str, members: Iterable[str], build: int = 1) -> None:
        """A peer group, or more members of one."""
        group = self.of(name)
        self.bundle(build).add("network_peer_groups", id=group, group_name=group, industry="any")
        for member in members:
            self.bundle(build).add(
                "network_peer_group_members", group_name=group, organization_id=self.of(member)
            )

    def leave_group(self, name: str, members: Iterable[str], build: int) -> None:
        """What no bundle says: the platform deletes these rows."""
        self.stage.statements[build - 1].append((
            "delete from network_peer_group_members where peer_group_id = %s and organization_id = any(%s)",
            (identifier(self.of(name)), [identifier(self.of(member)) for member in members]),
        ))  # fmt: skip


# --- what is seen ---


class HiddenError(Exception):
    """The attacker needs a figure that is not published."""


class Release(NamedTuple):
    """A row of the ledger; the contributors are the members' identifiers, in order."""

    contributors: list[str]
    value_digests: list[int]
    figures: dict
    metric_name: str
    cell_key: str
    thresholds: dict
    released_at: datetime
    withdrawn: bool


@dataclass(frozen=True)
class Look:
    """The published tables and the ledger after one build."""

    industry: dict[tuple[str, str, str], dict]  # (metric, period, industry) -> statistics
    network: dict[tuple[str, str, str], dict]  # the same; the network's own cell is '', a group's its id
    cache: dict[str, dict]
    ledger: list[Release]
    published: dict[str, list[str]]  # table -> its rows, all columns but the id
    report: dict[tuple[str, str, str, str | None], int]  # (metric, period, outcome, rule) -> cells
    outcomes: dict[tuple[str, str, str], set[str]]  # (metric, period, outcome) -> keys, which nobody sees


def look(connection: psycopg.Connection) -> Look:
    industry = query(
        connection, "select metric_name, period, industry_code, statistics from industry_benchmarks"
    )
    network = query(
        connection,
        "select metric_name, period, case when benchmark_type like 'peer_group:%'"
        " then split_part(benchmark_type, ':', 2) else coalesce(industry, '') end, statistics"
        " from network_benchmarks",
    )
    ledger = query(
        connection,
        """
        select
            contributors, value_digests, figures, metric_name, cell_key, thresholds, released_at,
            withdrawn_at is not null
        from (
            select
                release_id, metric_name, cell_key, figures, thresholds, released_at,
                array_agg(contributor_id::text order by contributor_id) as contributors,
                array_agg(digest order by contributor_id) as value_digests
            from ledger.releases
            cross join unnest(contributors, value_digests) as member (contributor_number, digest)
            inner join ledger.contributors using (contributor_number)
            group by release_id
        ) as released
        left join ledger.withdrawn_releases using (release_id)
        order by release_id
        """,
    )
    return Look(
        industry={tuple(key): statistics for *key, statistics in industry},
        network={tuple(key): statistics for *key, statistics in network},
        cache=dict(query(connection, "select cache_key, data from network_intelligence_cache")),
        ledger=[Release(*row) for row in ledger],
        published={
            table: [
                row
                for (row,) in query(
                    connection, f"select (to_jsonb(t) - 'id')::text from {table} as t order by 1"
                )
            ]
            for table in ("industry_benchmarks", "network_benchmarks", "network_intelligence_cache")
        },
        report={tuple(row): cells for *row, cells in query(connection, "select * from marts.privacy_report")},
        outcomes={
            tuple(row): set(keys)
            for *row, keys in query(
                connection,
                "select metric_name, period, outcome, array_agg(cell_key)"
                " from disclosure.cell_outcomes group by 1, 2, 3",
            )
        },
    )


@dataclass(frozen=True)
class Seen:
    """What one copy of a story shows, build by build; what is withheld raises HiddenError."""

    looks: list[Look]
    name: str
    period: str = "2024"

    def key(self, cell: str) -> str:
        return f"{self.name} {cell}" if cell else ""

    def statistics(
        self, cell: str, build: int = 1, *, metric: str = "", table: str = "network"
    ) -> dict[str, float]:
        """Of an industry, of a peer group or, under no name, of the network."""
        name = f"{self.name} {metric}" if metric else self.name
        rows = getattr(self.looks[build - 1], table)
        for key in (self.key(cell), str(identifier(self.key(cell)))):
            if (name, self.period, key) in rows:
                return rows[name, self.period, key]
        raise HiddenError(f"{cell} in build {build}")

    def figure(self, figure: str, cell: str, build: int = 1, **about: str) -> float:
        statistics = self.statistics(cell, build, **about)
        if figure not in statistics:
            raise HiddenError(f"{figure} of {cell} in build {build}")
        return statistics[figure]

    def mean(self, cell: str, build: int = 1, **about: str) -> float:
        return self.figure("mean", cell, build, **about)

    def median(self, cell: str, build: int = 1, **about: str) -> float:
        return self.figure("median", cell, build, **about)

    def shows_any(self, cell: str, build: int = 1, **about: str) -> bool:
        try:
            return bool(self.statistics(cell, build, **about))
        except HiddenError:
            return False

    def shows(self, figure: str, cell: str, build: int = 1, **about: str) -> bool:
        return self.shows_any(cell, build, **about) and figure in self.statistics(cell, build, **about)

    def releases(self, cell: str, build: int = BUILDS) -> list[Release]:
        """What the ledger holds of a cell."""
        keys = {self.key(cell), str(identifier(self.key(cell)))}
        ledger = self.looks[build - 1].ledger
        return [each for each in ledger if each.metric_name == self.name and each.cell_key in keys]


Attack = Callable[[Seen], float]


@dataclass(frozen=True)
class Scenario:
    """A story, what an attack on it finds without some rules, and who is not concerned."""

    name: str
    tell: Callable[[World], Attack]
    without: tuple[str, ...]
    secret: float
    within: float
    neighbours: tuple[str, ...]  # cells of the tree, which keep their mean
    groups: tuple[str, ...]  # peer groups, which keep their median
    build: int  # in which the neighbours are looked at
    each_suffices: bool

    def copies(self) -> list[str]:
        alone = [(rule,) for rule in self.without] if self.each_suffices else []
        return [self.name, *(called(self.name, rules) for rules in (self.without, *alone))]


def called(name: str, without: Iterable[str]) -> str:
    return " ".join([name, *(f"-{rule}" for rule in without)])


def worked_out(attack: Attack, looks: list[Look], name: str) -> float | None:
    try:
        return attack(Seen(looks, name))
    except HiddenError:
        return None


def shuffled(bundle: Bundle, random: np.random.Generator) -> Bundle:
    """The same rows in another order."""
    other = Bundle()
    other.tables = defaultdict(
        list, {name: [rows[i] for i in random.permutation(len(rows))] for name, rows in bundle.tables.items()}
    )
    return other
