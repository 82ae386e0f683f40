"""Two hundred random worlds through six builds, attacked after each: nobody is ever exposed.

A world is a metric, or a total and its parts, with organisations, a tree of industries and peer groups of
its own. Between builds somebody joins, leaves, is bought, corrects a value, withdraws its consent or gives
it again. All worlds go through the same builds. What no rule looked at, every candidate figure of every
build, is attacked too: were nobody exposed there, the worlds would prove nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations

import numpy as np
import psycopg
import pytest
from worlds import AGAIN, AS_OF, SEED, Bundle, at, query

from scripts.attacks.evidence import Evidence, Release, Series, is_dominated, label, read
from scripts.audit import ATTACKS

WORLDS, BUILDS = 200, 6
UNGUARDED = 12  # worlds of which all that no rule looked at is attacked; there an attack takes its time
PERIOD = "2024"
SHAPES: dict[str, Callable[[np.random.Generator], float]] = {
    "even": lambda random: random.uniform(50, 150),
    "skewed": lambda random: random.lognormal(3, 1.5),
    "whole": lambda random: float(random.integers(0, 6)),
    "often nothing": lambda random: random.uniform(1, 50) * (random.random() < 0.3),
    "now and then a giant": lambda random: random.uniform(1, 20) * (100 if random.random() < 0.05 else 1),
    "either sign": lambda random: random.normal(0, 100),
}


@dataclass
class World:
    """One metric's members and what becomes of them, as bundles of news."""

    name: str
    random: np.random.Generator
    shape: str
    linked: bool
    members: list[str] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    grouped: set[tuple[str, str]] = field(default_factory=set)
    left: list[tuple[str, str]] = field(default_factory=list)

    @property
    def parts(self) -> list[str]:
        """The metrics whose values are drawn; the total of linked ones is their sum."""
        return [f"{self.name}_1", f"{self.name}_2"] if self.linked else [self.name]

    def opening(self, news: Bundle) -> None:
        """The catalogue, the cells and the first members."""
        described = {"category": "energy", "unit": "MWh", "aggregation": "sum"}
        described["allow_negative"] = self.shape == "either sign"
        news.add("metrics", metric_name=self.name, **described)
        for part in self.parts if self.linked else ():
            news.add("metrics", metric_name=part, component_of=self.name, **described)
        for number in range(int(self.random.integers(1, 8))):
            above = self.random.integers(-1, number) if number else -1
            news.add(
                "industry_models",
                industry_code=self.industry(number),
                industry_name=self.industry(number),
                parent_industry_code=self.industry(above) if above >= 0 else None,
            )
            self.industries = number + 1
        for number in range(3):
            news.add("network_peer_groups", group_name=self.group(number), industry="any")
        for _ in range(int(self.random.integers(5, 45))):
            self.somebody_joins(news)

    def industry(self, number: int) -> str:
        return f"{self.name}-{number}"

    def group(self, number: int) -> str:
        return f"{self.name} group {number}"

    def turn(self, news: Bundle) -> None:
        """What happens between two builds: mostly little, now and then a lot."""
        happenings = (
            self.somebody_joins, self.somebody_joins, self.somebody_corrects, self.somebody_corrects,
            self.somebody_withdraws, self.somebody_returns, self.somebody_moves, self.somebody_is_grouped,
            self.somebody_leaves_a_group, self.somebody_is_bought,
        )  # fmt: skip
        for _ in range(int(self.random.choice([0, 1, 1, 2, 3, 5, 8, 12]))):
            happenings[self.random.integers(len(happenings))](news)

    def one(self) -> str:
        return self.members[self.random.integers(len(self.members))]

    def somebody_joins(self, news: Bundle) -> None:
        name = f"{self.name} member {len(self.members)}"
        self.members.append(name)
        industry = self.industry(int(self.random.integers(self.industries)))
        news.member(name, industry=industry if self.random.random() < 0.95 else None)
        for number in range(3):
            if self.random.random() < 0.4:
                self.joins_group(news, name, number)
        self.reports(news, name)

    def joins_group(self, news: Bundle, name: str, number: int) -> None:
        self.grouped.add((self.group(number), name))
        news.add("network_peer_group_members", group_name=self.group(number), organization_id=name)

    def reports(self, news: Bundle, name: str) -> None:
        """All parts, or now and then one of them less."""
        values = [float(SHAPES[self.shape](self.random)) for _ in self.parts]
        kept = [value for value in values if not self.linked or self.random.random() < 0.95]
        for part, value in zip(self.parts, kept, strict=False):
            news.observe(name, part, value)
        if self.linked and kept:
            news.observe(name, self.name, sum(values))

    def somebody_corrects(self, news: Bundle) -> None:
        self.reports(news, self.one())

    def somebody_withdraws(self, news: Bundle) -> None:
        self.withdrawn.add(name := self.one())
        news.consent(name, "energy", given=False)

    def somebody_returns(self, news: Bundle) -> None:
        if self.withdrawn:
            name = sorted(self.withdrawn)[self.random.integers(len(self.withdrawn))]
            self.withdrawn.remove(name)
            news.consent(name, "energy")

    def somebody_moves(self, news: Bundle) -> None:
        industry = self.industry(int(self.random.integers(self.industries)))
        news.add("organization_industries", organization_id=self.one(), primary_industry=industry)

    def somebody_is_grouped(self, news: Bundle) -> None:
        name, number = self.one(), int(self.random.integers(3))
        if (self.group(number), name) not in self.grouped:
            self.joins_group(news, name, number)

    def somebody_leaves_a_group(self, news: Bundle) -> None:
        if self.grouped:
            place = sorted(self.grouped)[self.random.integers(len(self.grouped))]
            self.grouped.remove(place)
            self.left.append(place)

    def somebody_is_bought(self, news: Bundle) -> None:
        """By an older one, so that nobody ends up above itself."""
        first, second = sorted(self.random.choice(len(self.members), 2, replace=False))
        news.belongs_to(self.members[second], self.members[first])


def one_bundle(news: Bundle) -> Bundle:
    """Of rows of one key only the last: a bundle says a thing once."""
    keys = {
        "network_privacy_settings": ("organization_id",),
        "organization_industries": ("organization_id",),
        "network_edges": ("source_organization_id", "target_organization_id"),
        "network_peer_group_members": ("group_name", "organization_id"),
        "metric_observations": ("organization_id", "metric_name"),
    }
    for table, names in keys.items():
        rows = {tuple(row[name] for name in names): row for row in news.tables[table]}
        news.tables[table] = list(rows.values())
    return news


def random_worlds(count: int) -> list[World]:
    """Worlds of every shape of values, every fifth of linked metrics."""
    return [
        World(f"world_{number}", random, list(SHAPES)[number % len(SHAPES)], number % 5 == 0)
        for number, random in enumerate(np.random.default_rng(SEED).spawn(count))
    ]


@dataclass
class Lives:
    """The evidence after each build, and what there would be had no rule looked."""

    guarded: list[Evidence] = field(default_factory=list)
    unguarded: Evidence | None = None


CANDIDATES = """
    select metric_name, period, cell_type, cell_key, contributors, value_digests, jsonb_strip_nulls(
      jsonb_build_object('mean', mean, 'stddev', stddev, 'p10', quantiles[1], 'p25', quantiles[2],
        'median', quantiles[3], 'p75', quantiles[4], 'p90', quantiles[5])
    )
    from disclosure.cells
    where cell_type in ('network', 'industry', 'peer_group') and metric_name = any(%s)
    order by metric_name, period, cell_type, cell_key
"""


def candidates(connection: psycopg.Connection, metrics: list[str]) -> Iterator[tuple[str, Release]]:
    """Every candidate figure of a build, rounded as if it were shown."""
    for number, (metric, _, cell_type, key, contributors, digests, figures) in enumerate(
        query(connection, CANDIDATES, metrics)
    ):
        rounded = {name: float(f"{value:.2e}") for name, value in figures.items()}
        versions = frozenset(zip(contributors, digests, strict=True))
        yield metric, Release(label(cell_type, key), number, versions, rounded)


@pytest.fixture(scope="module")
def lives(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> Lives:
    print(AGAIN)
    folder = tmp_path_factory.mktemp("lives")
    worlds = random_worlds(WORLDS)
    found = Lives()
    watched = [name for world in worlds[:UNGUARDED] for name in {world.name, *world.parts}]
    shown: dict[str, list[Release]] = {}
    with psycopg.connect(autocommit=True) as connection:
        for build in range(BUILDS):
            news = Bundle()
            for world in worlds:
                world.turn(news) if build else world.opening(news)
            one_bundle(news).load(folder)
            leave_groups(connection, worlds)
            only_models = () if build else ("--exclude-resource-type", "test", "unit_test")
            dbt("run" if build else "build", *only_models, *at(AS_OF + timedelta(days=build)))
            found.guarded.append(remembering(read(connection), found.guarded))
            for metric, release in candidates(connection, watched):
                shown.setdefault(metric, []).append(release)
    last = found.guarded[-1]
    found.unguarded = Evidence(
        tuple(unguarded(last, metric, releases) for metric, releases in shown.items()),
        component_of=last.component_of,
    )
    return found


def remembering(evidence: Evidence, before: list[Evidence]) -> Evidence:
    """Add what earlier builds knew: no load says it of whoever was bought since, nor who said what when."""
    known = {series.metric: series for series in before[-1].series} if before else {}
    return replace(
        evidence,
        series=tuple(
            remembered(series, known[series.metric], len(before)) if series.metric in known else series
            for series in evidence.series
        ),
    )


def remembered(series: Series, before: Series, build: int) -> Series:
    """Add what the build before this one knew of a metric."""
    said = {build if moment is None else moment: versions for moment, versions in before.said.items()}
    return replace(series, values=before.values | series.values, said=said | series.said)


def unguarded(last: Evidence, metric: str, releases: list[Release]) -> Series:
    """All candidates of one metric, the same one of two builds once."""
    known = {series.metric: series for series in last.series}
    values = known[metric].values if metric in known else {}
    distinct = {(release.cell, release.versions): release for release in releases}
    return Series(metric, PERIOD, tuple(distinct.values()), values)


def leave_groups(connection: psycopg.Connection, worlds: list[World]) -> None:
    """Take memberships away, as the platform does; a bundle cannot."""
    for world in worlds:
        for group, name in world.left:
            connection.execute(
                "delete from network_peer_group_members using network_peer_groups g "
                "where g.id = peer_group_id and g.group_name = %s and organization_id = md5(%s)::uuid",
                [group, name],
            )
        world.left.clear()


def exposed(evidence: Evidence) -> Counter:
    """(attack, metric, cells) -> how often somebody is exposed."""
    return Counter(
        (name, exposure.metric, exposure.cells)
        for name, (attack, *_) in ATTACKS.items()
        for exposure in attack(evidence).exposures
    )


def test_nobody_is_exposed_after_the_first_build(lives: Lives) -> None:
    assert not exposed(lives.guarded[0]), AGAIN


def test_nobody_is_exposed_after_any_build(lives: Lives) -> None:
    assert not exposed(lives.guarded[BUILDS - 1]), AGAIN


def test_nobody_dominates_what_two_means_differ_by(lives: Lives) -> None:
    """Neither who came nor who went, when others did, too; the audit asks it where one holds the other."""
    dominated = [
        series.metric
        for series in lives.guarded[BUILDS - 1].series
        for one, other in combinations(series.means.releases, 2)
        if one.versions & other.versions and one.versions != other.versions
        and somebody_dominates(series, one.versions ^ other.versions)
    ]  # fmt: skip
    assert not dominated, AGAIN


def somebody_dominates(series: Series, versions: frozenset) -> bool:
    *others, second, largest = sorted(abs(series.values[version]) for version in versions)
    return is_dominated(sum(others) + second + largest, largest, second)


def test_the_audit_knows_every_value_that_was_ever_released(lives: Lives) -> None:
    """Or it could not tell a success."""
    unknown = [
        series.metric
        for series in lives.guarded[-1].series
        for release in series.releases
        if series.true_values(release.versions) is None
    ]
    assert not unknown, AGAIN


def test_the_worlds_would_expose_somebody_to_every_attack(lives: Lives) -> None:
    assert lives.unguarded is not None
    attacked = Counter(name for name, _, _ in exposed(lives.unguarded))
    assert set(attacked) == set(ATTACKS) - {"unrecorded figures"}, AGAIN


def test_the_worlds_show_much_and_show_it_anew(lives: Lives) -> None:
    releases = [(series.metric, r.cell) for series in lives.guarded[-1].series for r in series.releases]
    again = [times for times in Counter(releases).values() if times > 1]
    assert len(releases) >= 300 and len(again) >= 30, (len(releases), len(again), AGAIN)
    assert len({metric for metric, _ in releases}) >= WORLDS / 2, AGAIN
