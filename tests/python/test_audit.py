"""Every attack of the audit succeeds on what it is for, and on nothing beside it.

Each story is a metric: releases as if no rule had stopped them, and whom they expose to which attack. Most
have a harmless neighbour, the same but for the one thing that matters. First each by itself, then all of
them through the command, from a ledger and true values in a database.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

import numpy as np
import psycopg
import pytest
from worlds import AS_OF, Bundle

from scripts.attacks import linked, row_space, unrecorded
from scripts.attacks.evidence import Evidence, Release, Series, is_dominated
from scripts.attacks.evidence import interval as rounding_interval
from scripts.attacks.reconstruction import MOMENTS, order_statistics
from scripts.attacks.reconstruction import largest as ends_of_largest
from scripts.audit import ATTACKS

PERIOD = "2024"
QUARTILES = ("p25", "median", "p75")
ALL = ("mean", "median", "p10", "p25", "p75", "p90", "stddev")

Values = dict[str, float]  # name -> value


@dataclass
class Story:
    """Releases of one metric, and who is exposed to which attack."""

    about: str
    releases: list[tuple[str, Values, tuple[str, ...]]]  # cell, values, names of the figures shown
    exposed: dict[str, set[str]]
    allow_negative: bool = False
    component_of: str | None = None
    forgotten: set[str] = field(default_factory=set)  # whose values nobody knows any more

    @property
    def metric(self) -> str:
        return self.about.replace(" ", "_").replace(",", "")


def people(prefix: str, values: Iterable[float]) -> Values:
    return {f"{prefix}{number}": float(value) for number, value in enumerate(values)}


def spread(prefix: str, n: int, start: float = 100) -> Values:
    """Values that nothing can be said of: each seven more than the one before."""
    return people(prefix, (start + 7 * number for number in range(n)))


A, B, C = spread("a", 5), spread("b", 5, 50), spread("c", 6, 60)
FOUR, SMALL, TINY = (people(name, values) for name, values in (
    ("four", (59, 60, 61, 62)), ("small", (0.8, 0.9, 1, 1.1, 1.2)), ("tiny", (0.7, 0.9, 1, 1.1, 1.3)),
))  # fmt: skip
GIANT = {"x": 1000.0}
JOINED = spread("j", 5, 210)
# Thirty of whom one holds three quarters: the p% rule lets the mean through, the second largest is far off.
TOP_HEAVY = GIANT | people("rest", np.linspace(5, 17, 29))

STORIES = [
    # (a)
    Story("quartiles of five", [("network", A, QUARTILES)],
          {"(a) echo": {"a1", "a2", "a3"}, "(e) reconstruction": {"a1", "a2", "a3"}}),
    Story("median of nine", [("network", spread("a", 9), ("median",))], {"(a) echo": {"a4"}}),
    Story("median of ten", [("network", spread("a", 10), ("median",))], {}),
    Story("median of eleven", [("network", spread("a", 11), ("median",))], {}),
    Story("quartile of seventeen", [("network", spread("a", 17), ("p75",))], {"(a) echo": {"a12"}}),
    Story("quartiles of twenty", [("network", spread("a", 20), QUARTILES)], {}),
    Story("p10 of forty", [("network", spread("a", 40), ("p10",))], {"(a) echo": {"a3", "a4"}}),
    Story("p10 of fifty", [("network", spread("a", 50), ("p10", "p90"))], {}),
    Story("nine of ten alike", [("network", people("a", [7] * 18 + [1, 2]), ("median",))],
          {"(a) echo": {f"a{number}" for number in range(18)}}),
    Story("eight of ten alike", [("network", people("a", [7] * 16 + [1, 2, 3, 4]), ("median",))], {}),
    Story("the largest as it is", [("network", A, ("max",))], {"(a) echo": set(A)}),
    Story("mean of four", [("network", people("a", (1, 2, 3, 4)), ("mean",))],
          {"(a) echo": {"a0", "a1", "a2", "a3"}, "(b) row space": {"a0", "a1", "a2", "a3"}}),
    # (b)
    Story("parent without its two children",
          [("industry 1", A | B | {"x": 80, "y": 70}, ("mean",)), ("industry 11", A, ("mean",)),
           ("industry 12", B, ("mean",))],
          {"(b) row space": {"x", "y"}, "(c) intervals": {"x", "y"}}),
    Story("parent with five beside its two children",
          [("industry 1", A | B | spread("x", 5), ("mean",)), ("industry 11", A, ("mean",)),
           ("industry 12", B, ("mean",))],
          {}),
    Story("three overlapping groups",
          [("peer_group 1", {"a": 10, "b": 11, "c": 12, "d": 13, "x": 20}, ("mean",)),
           ("peer_group 2", {"e": 14, "f": 15, "g": 16, "h": 17, "x": 20}, ("mean",)),
           ("peer_group 3", {name: 10.0 + place for place, name in enumerate("abcdefgh")}, ("mean",))],
          {"(b) row space": {"x", *"abcdefgh"}, "(c) intervals": {"x"}}),
    Story("child held while parent and sibling move",
          [("industry 1", A | B, ("mean",)), ("industry 11", A, ("mean",)), ("industry 12", B, ("mean",)),
           ("industry 1", A | B | JOINED | {"x": 130}, ("mean",)), ("industry 11", A | JOINED, ("mean",))],
          {"(b) row space": {"x"}}),
    Story("four restated one after the other",
          [("network", spread("a", 8), ("mean",)),
           ("industry 1", spread("a", 4) | {"z0": 1, "z1": 2}, ("mean",)),
           ("network", spread("a", 8) | {"a0": 1, "a1": 2, "a2": 3, "a6": 4}, ("mean",))],
          {"(b) row space": {"a0", "a1", "a2", "a6"}, "(d) differences": {"a0", "a1", "a2", "a6"}}),
    Story("the second knows the first", [("network", people("a", (1000, 50, 20, 20, 20)), ("mean",))],
          {"(b) dominated remainders": {"a0"}}),
    Story("the second knows too little", [("network", people("a", (1000, 50, 40, 40, 30)), ("mean",))], {}),
    Story("dominated when the child is taken away",
          [("industry 1", people("a", [100] * 5) | people("b", (730, 1, 1, 1, 1)), ("mean",)),
           ("industry 11", people("a", [100] * 5), ("mean",))],
          {"(b) dominated remainders": {"b0"}, "(a) echo": set(people("a", [100] * 5))}),
    Story("a remainder of nothing",
          [("industry 1", A | people("zero", [0] * 5), ("mean",)), ("industry 11", A, ("mean",))],
          {"(b) dominated remainders": set(people("zero", [0] * 5))}),
    # (c)
    Story("a giant between bounds",
          [("industry 1", GIANT | FOUR, ("mean",)), ("industry 2", FOUR | SMALL, ("mean",)),
           ("industry 3", SMALL | TINY, ("mean",))],
          {"(c) intervals": {"x"}}),
    Story("a giant without bounds",
          [("industry 1", GIANT | FOUR, ("mean",)), ("industry 2", FOUR | SMALL, ("mean",))], {}),
    Story("a giant whose neighbours may be negative",
          [("industry 1", GIANT | FOUR, ("mean",)), ("industry 2", FOUR | SMALL, ("mean",)),
           ("industry 3", SMALL | TINY, ("mean",))],
          {}, allow_negative=True),
    Story("one of two known",
          [("peer_group 1", A | B | {"x": 400, "y": 300}, ("mean",)), ("peer_group 2", A | B, ("mean",))],
          {"(b) row space": {"x", "y"}, "(c) intervals": {"x", "y"}, "(d) differences": {"x", "y"}}),
    Story("six who report nothing", [("network", people("a", [0] * 6), ("mean",))],
          {"(a) echo": set(people("a", [0] * 6)),
           "(b) dominated remainders": set(people("a", [0] * 6)),
           "(c) intervals": set(people("a", [0] * 6))}),
    # (d)
    Story("one joins", [("network", spread("a", 12), ("median",)), ("network", spread("a", 13), ("median",))],
          {"(d) differences": {"a12"}}),
    Story("four leave",
          [("network", spread("a", 16), ("median",)), ("network", spread("a", 12), ("median",))],
          {"(d) differences": {"a12", "a13", "a14", "a15"}}),
    Story("five join",
          [("network", spread("a", 12), ("median",)), ("network", spread("a", 17), ("median",))], {}),
    Story("one corrects",
          [("network", spread("a", 12), ("median",)),
           ("network", spread("a", 12) | {"a3": 5}, ("median",))],
          {"(d) differences": {"a3"}}),
    Story("one joins, one leaves, one corrects and one is known no more",
          [("network", spread("a", 12), ("median",)),
           ("peer_group 1", spread("a", 11) | {"a3": 5, "b": 40}, ("median",))],
          {"(d) differences": {"a3", "a11", "b"}}, forgotten={"a11"}),
    Story("back to an earlier state",
          [("network", spread("a", 12), ("median",)), ("network", spread("a", 17), ("median",)),
           ("network", spread("a", 13), ("median",))],
          {"(d) differences": {"a12", "a13", "a14", "a15", "a16"}}),
    Story("the same group under two names",
          [("peer_group 1", spread("a", 12), ("median",)), ("peer_group 2", spread("a", 12), ("median",))],
          {}),
    Story("a total", [("network", spread("a", 12), ("mean",))], {"(d) linked metrics": {"a11"}}),
    Story("a part of it", [("network", spread("a", 11, 10), ("mean",))], {}, component_of="a_total"),
    Story("another part", [("network", spread("a", 12, 20), ("mean",))], {}, component_of="a_total"),
    Story("a total of everybody", [("network", spread("a", 12), ("mean",))], {}),
    Story("its part", [("network", spread("a", 12, 10), ("mean",))], {}, component_of="a_total_of_everybody"),
    # (e)
    Story("five solved for",
          [("network", people("a", (40, 60, 75, 90, 130)), (*QUARTILES, "mean", "stddev"))],
          {"(a) echo": {"a1", "a2", "a3"}, "(e) reconstruction": {f"a{number}" for number in range(5)}}),
    Story("five of whom two stay unknown", [("network", people("a", (40, 60, 75, 90, 130)), QUARTILES)],
          {"(a) echo": {"a1", "a2", "a3"}, "(e) reconstruction": {"a1", "a2", "a3"}}),
    Story("top heavy with stddev", [("network", TOP_HEAVY, ("mean", "stddev"))],
          {"(e) reconstruction": {"x"}}),
    Story("top heavy without stddev", [("network", TOP_HEAVY, ("mean", "median"))], {}),
    Story("top heavy where others may be negative", [("network", TOP_HEAVY, ("mean", "stddev"))], {},
          allow_negative=True),
    Story("thirty with every figure they may",
          [("network", spread("a", 30), (*QUARTILES, "mean", "stddev"))], {}),
    Story("sixty close together with every figure",
          [("network", people("a", np.linspace(1000, 1010, 60)), ALL)], {}),
]  # fmt: skip
HOW = {name: attack for name, (attack, _, _) in ATTACKS.items()}


def significant(value: float) -> float:
    return float(f"{value:.2e}")


def figures(values: Values, names: tuple[str, ...]) -> dict[str, float]:
    numbers = np.array(list(values.values()))
    quantile = {"p10": 10, "p25": 25, "median": 50, "p75": 75, "p90": 90}
    every = {
        "mean": numbers.mean(),
        "stddev": numbers.std(ddof=1),
        "max": numbers.max(),
        **{name: np.percentile(numbers, percent) for name, percent in quantile.items()},
    }
    return {name: significant(every[name]) for name in names}


class Numbers:
    """Contributors' numbers by name, and what stands for a value."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def of(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names) + 1)

    def names_of(self, numbers: Iterable[int]) -> set[str]:
        by_number = {number: name for name, number in self.names.items()}
        return {by_number[number] for number in numbers}


def series(story: Story, numbers: Numbers) -> Series:
    def versions(values: Values) -> frozenset[tuple[int, int]]:
        return frozenset((numbers.of(name), hash(value)) for name, value in values.items())

    return Series(
        story.metric,
        PERIOD,
        tuple(
            Release(cell, number, versions(values), figures(values, names))
            for number, (cell, values, names) in enumerate(story.releases)
        ),
        {
            (numbers.of(name), hash(value)): value
            for _, values, _ in story.releases
            for name, value in values.items()
            if name not in story.forgotten
        },
        story.allow_negative,
    )


def parts() -> dict[str, str]:
    return {story.metric: story.component_of for story in STORIES if story.component_of}


def family(story: Story) -> list[Story]:
    """The story, with those of its metric's parts."""
    return [story, *(other for other in STORIES if other.component_of == story.metric)]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.about)
def test_each_attack_finds_what_it_is_for_and_nothing_else(story: Story) -> None:
    numbers = Numbers()
    evidence = Evidence(tuple(series(one, numbers) for one in family(story)), (), parts())
    found = {
        name: numbers.names_of(frozenset().union(*(exposure.contributors for exposure in outcome.exposures)))
        for name, attack in HOW.items()
        if (outcome := attack(evidence)).exposures
    }
    assert found == {name: exposed for name, exposed in story.exposed.items() if exposed}
    assert all(HOW[name](evidence).tried for name in story.exposed)


def test_a_published_figure_must_stand_in_the_ledger() -> None:
    one = Series("m", PERIOD, (Release("network", 1, frozenset({(1, 1)}), {"mean": 12.0, "median": 11}),))
    described = {"unit": "t", "coverage": 0.5, "schema_version": 1}
    for shown, exposures in (
        ({"mean": 12, "median": 11.0}, 0), ({"mean": 12}, 1), ({"mean": 12, "median": 11, "max": 13}, 1),
        ({"mean": 12, "median": 10}, 1),
    ):  # fmt: skip
        evidence = Evidence((one,), (("network", "m", PERIOD, described | shown),))
        assert len(unrecorded.attack(evidence).exposures) == exposures
        elsewhere = Evidence((one,), (("industry 1", "m", PERIOD, described | shown),))
        assert len(unrecorded.attack(elsewhere).exposures) == 1


@pytest.mark.parametrize(
    ("said", "exposed"),
    [
        # What the first one says by the moment, of the total and of the part. Shown are 10 and 21.
        ({1: (10, 20), 2: (11, 21)}, set()),
        ({1: (10, 20), 2: (10, 21)}, {12, 13, 14, 15}),
        ({1: (10, None), 2: (None, 21)}, {12, 13, 14, 15}),
    ],
    ids=["both restated", "only the part restated", "each said alone"],
)
def test_a_total_goes_with_the_part_that_was_said_with_it(said: dict, exposed: set[int]) -> None:
    """A total of sixteen and a part of twelve of them differ by four, or by five if one restated both."""

    def series_of(metric: str, place: int, shown: dict[int, int]) -> Series:
        others = {who: digest for who, digest in shown.items() if who}
        said_by = {moment: others | {0: values[place]} for moment, values in said.items() if values[place]}
        when = datetime(2024, 1, 1 + place)
        release = Release("network", place, frozenset(shown.items()), {"mean": 1.0}, released_at=when)
        versions = {moment: frozenset(each.items()) for moment, each in said_by.items()}
        return Series(metric, PERIOD, (release,), said=versions)

    total = series_of("total", 0, dict.fromkeys(range(16), 10))
    part = series_of("part", 1, dict.fromkeys(range(12), 20) | {0: 21})
    outcome = linked.attack(Evidence((total, part), component_of={"part": "total"}))
    assert frozenset().union(*(exposure.contributors for exposure in outcome.exposures)) == exposed


@pytest.mark.parametrize(
    ("figure", "lowest", "highest"),
    [
        (0, 0, 0), (123, 122.5, 123.5), (12.3, 12.25, 12.35), (-12.3, -12.35, -12.25), (100, 99.95, 100.5),
        (1000, 999.5, 1005), (0.1, 0.09995, 0.1005), (1.0, 0.9995, 1.005), (1230000, 1225000, 1235000),
        (5e-05, 4.995e-05, 5.005e-05),
    ],
)  # fmt: skip
def test_a_figure_stands_for_all_that_rounds_to_it(figure: float, lowest: float, highest: float) -> None:
    assert rounding_interval(figure) == pytest.approx((lowest, highest), rel=1e-12)


@pytest.mark.parametrize(
    ("total", "largest", "second", "verdict"),
    [
        (1149.9, 1000, 50, True), (1150, 1000, 50, False), (0, 0, 0, True), (5, 5, 0, True), (9, 5, 4, True),
        (1950, 1000, 900, True),
    ],
)  # fmt: skip
def test_who_dominates_whom(total: float, largest: float, second: float, verdict: bool) -> None:
    assert is_dominated(total, largest, second) is verdict


def test_the_search_for_small_blocks_misses_none() -> None:
    """Against trying every set of contributors, on random tables of who stands where."""
    random = np.random.default_rng(7)
    found = 0
    for _ in range(150):
        people_, cells = int(random.integers(5, 9)), int(random.integers(2, 6))
        # Some have two values, an older and a newer one.
        releases = tuple(
            Release(
                f"cell {cell}", cell,
                frozenset(
                    (who, int(random.random() < 0.2)) for who in range(people_) if random.random() < 0.6
                ),
                {"mean": 1.0},
            )
            for cell in range(cells)
        )  # fmt: skip
        releases = tuple(release for release in releases if release.versions)
        series_ = Series("m", PERIOD, releases)
        sets = {e.contributors for e in row_space.attack(Evidence((series_,))).exposures}
        expected = small_blocks(series_)
        # Of connected blocks the smallest are given, so a set may hold one that is found elsewhere.
        assert {one for one in sets if not any(other < one for other in sets)} == expected
        found += len(expected)
    assert found > 100


def small_blocks(series: Series) -> set[frozenset[int]]:
    """The smallest sets of up to four contributors of whom the rows span something, by exhaustion."""
    versions, matrix = series.means.versions, series.means.members.astype(float)
    everybody = sorted({who for who, _ in versions})
    found: set[frozenset[int]] = set()
    for size in range(1, 5):
        for chosen in map(frozenset, combinations(everybody, size)):
            outside = [column for column, (who, _) in enumerate(versions) if who not in chosen]
            rank = np.linalg.matrix_rank
            spans = rank(matrix) > (rank(matrix[:, outside]) if outside else 0)
            if spans and not any(smaller < chosen for smaller in found):
                found.add(chosen)
    return found


def test_the_closed_forms_hold_the_truth_and_no_more_than_they_must() -> None:
    random = np.random.default_rng(3)
    for _ in range(300):
        n = int(random.integers(2, 40))
        values = random.lognormal(0, random.uniform(0.1, 3), n) * (random.random(n) < 0.8)
        if not values.any():
            continue
        total, squares = float(values.sum()), float((values**2).sum())
        for floor in (0.0, -np.inf):
            lowest, highest = ends_of_largest(n, total, squares, floor)
            assert lowest - 1e-9 * highest <= values.max() <= highest * (1 + 1e-9)
        # All others equal: the largest cannot be larger; as many as fit at the limit: it cannot be smaller.
        lowest, highest = ends_of_largest(n, total, squares, 0.0)
        others = (total - highest) / (n - 1)
        assert highest**2 + (n - 1) * others**2 == pytest.approx(squares)
        count = int(total // lowest)
        assert count * lowest**2 + (total - count * lowest) ** 2 == pytest.approx(squares)


def test_order_statistics_hold_the_truth() -> None:
    random = np.random.default_rng(4)
    narrow = 0
    for _ in range(60):
        n = int(random.integers(4, 12))
        values = people("a", sorted(random.lognormal(3, 1, n)))
        names = tuple(random.permutation(ALL)[: random.integers(2, 8)])
        release = Release("network", 1, frozenset(), figures(values, names))
        for rank, (lowest, highest) in order_statistics(release, n, 0.0).items():
            # What the quantiles tell is taken at its middle: half a digit of the third more or less.
            truth = values[f"a{rank}"]
            assert lowest * 0.98 <= truth <= highest * 1.02 or not set(names) >= MOMENTS
            narrow += highest < 1.1 * lowest
            if not set(names) >= MOMENTS:
                assert lowest - 1e-6 * truth <= truth <= highest + 1e-6 * truth
    assert narrow > 50


# --- through the command ---


RULES_OFF = {
    "minimum_contributors": 1, "dominance_percent": 0, "spread_share": 2, "stddev_contributors": 2,
}  # fmt: skip


def told_without_rules() -> Bundle:
    """A child and one more beside it, a total with one more than its part, five values, and a giant."""
    world = Bundle()
    world.add("industry_models", industry_code="parent", industry_name="parent")
    world.add("industry_models", industry_code="child", industry_name="child", parent_industry_code="parent")
    for name, about in (
        ("nested", {}), ("total", {}), ("part", {"component_of": "total"}), ("five", {}), ("giant", {}),
    ):  # fmt: skip
        world.add("metrics", metric_name=name, category="energy", unit="MWh", aggregation="sum", **about)
    for number in range(10):
        name = f"member {number}"
        world.member(name, industry="child" if number else "parent")
        world.observe(name, "nested", 100 + 7 * number)
        world.observe(name, "total", 200 + 7 * number)
        if number:
            world.observe(name, "part", 80 + 3 * number)
    for number, (solved, dominated) in enumerate(
        zip((40, 60, 75, 90, 130), (1000, 50, 20, 20, 20), strict=True)
    ):
        world.observe(f"member {number}", "five", solved)
        world.observe(f"member {number}", "giant", dominated)
    return world


@pytest.fixture(scope="module")
def built(
    module_database: str, dbt: Callable, command: Callable, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """All that dbt makes; and what the audit says of a build with the rules switched off."""
    dbt("build", "--select", "+path:models/catalogue", "--exclude-resource-type", "test", "unit_test")
    told_without_rules().load(tmp_path_factory.mktemp("told"))
    variables = json.dumps({"as_of": AS_OF.isoformat()} | RULES_OFF)
    dbt("build", "--exclude-resource-type", "test", "unit_test", "--vars", variables)
    report = command("audit", expect=1).stdout
    with psycopg.connect(autocommit=True) as connection:
        connection.execute("truncate industry_benchmarks, network_benchmarks")
    return report


def write(connection: psycopg.Connection, stories: Iterable[Story]) -> None:
    """Put the stories' contributors, latest values and releases where a build would have."""
    connection.execute("truncate ledger.releases, ledger.contributors cascade")
    connection.execute("truncate contributions.contributions, raw.metrics")
    for story in stories:
        connection.execute(
            "insert into raw.metrics (metric_name, category, unit, allow_negative, component_of) "
            "values (%s, 'energy', 'MWh', %s, %s)",
            [story.metric, story.allow_negative, story.component_of],
        )
        latest = {name: value for _, values, _ in story.releases for name, value in values.items()}
        connection.execute(
            "insert into ledger.contributors (contributor_id) "
            "select md5(name)::uuid from unnest(%s::text[]) as name on conflict do nothing",
            [list(latest)],
        )
        connection.execute(
            "insert into contributions.contributions (metric_name, period, contributor_id, value) "
            "select %s, %s, md5(name)::uuid, value from unnest(%s::text[], %s::float8[]) as v (name, value)",
            [story.metric, PERIOD, list(latest), [float(value) for value in latest.values()]],
        )
        for cell, values, names in story.releases:
            cell_type, _, key = cell.partition(" ")
            connection.execute(
                """
                insert into ledger.releases (
                  cell_type, cell_key, metric_name, period, contributor_count, contributors, value_digests,
                  figures, withheld_by, thresholds, released_at
                )
                select %s, %s, %s, %s, count(*), array_agg(contributor_number order by contributor_number),
                  array_agg(hashfloat8(value) order by contributor_number), %s, '{}', '{}', now()
                from unnest(%s::text[], %s::float8[]) as v (name, value)
                inner join ledger.contributors on contributor_id = md5(name)::uuid
                """,
                [cell_type, key, story.metric, PERIOD, json.dumps(figures(values, names)),
                 list(values), [float(value) for value in values.values()]],
            )  # fmt: skip


def told(report: str) -> dict[str, tuple[int, int]]:
    """Attack -> tried and contributors exposed, as the report says."""
    rows = (
        re.split(r"\s*[│┃|]\s*", line.strip("│┃ ")) for line in report.splitlines() if line.startswith("│")
    )
    return {
        cells[0]: (int(cells[1].split()[0].replace(",", "")), int(cells[4].replace(",", "")))
        for cells in rows
        if len(cells) == 6
    }


def test_a_build_with_the_rules_switched_off_is_caught_by_every_attack(built: str) -> None:
    """By dbt's own variables; what was published then stands in the ledger, as it must."""
    caught = {name for name, (_, exposed) in told(built).items() if exposed}
    assert caught == set(ATTACKS) - {"unrecorded figures"}


def test_the_command_finds_each_attack_and_names_no_one(
    built: str, connection: psycopg.Connection, command: Callable
) -> None:
    stories = [story for story in STORIES if not story.exposed]
    write(connection, stories)
    quiet = told(command("audit").stdout)
    assert set(quiet) == set(ATTACKS)
    assert all(exposed == 0 for _, exposed in quiet.values())
    assert all(quiet[name][0] > 0 for name in HOW if name != "unrecorded figures")

    write(connection, STORIES)
    report = command("audit", expect=1).stdout
    expected = {name: sum(len(story.exposed.get(name, ())) for story in STORIES) for name in ATTACKS}
    assert {name: exposed for name, (_, exposed) in told(report).items()} == expected
    assert not re.search(r"\b(a|b|x|four|small|tiny|rest)\d*\b", report.replace("(a)", "").replace("(b)", ""))


def test_what_is_published_beside_the_ledger_is_found(
    built: str, connection: psycopg.Connection, command: Callable
) -> None:
    write(connection, [story for story in STORIES if not story.exposed])
    connection.execute(
        "insert into network_benchmarks (benchmark_type, metric_name, period, participant_count, statistics, "
        "confidence_level, expires_at) "
        "values ('network', 'median_of_ten', %s, 10, '{\"mean\": 1}', 0.5, now() + interval '1 day')",
        [PERIOD],
    )
    try:
        assert "unrecorded figures" in command("audit", expect=1).stdout.split("Exposed")[1]
    finally:
        connection.execute("delete from network_benchmarks")


def test_without_a_release_there_is_nothing_to_audit(
    built: str, connection: psycopg.Connection, command: Callable
) -> None:
    write(connection, [])
    said = command("audit", expect=1)
    assert "nothing was ever released" in said.stderr


def test_before_a_build_the_command_says_what_is_missing(database: str, command: Callable) -> None:
    assert "run scripts.bootstrap and dbt build" in command("audit", expect=1).stderr
