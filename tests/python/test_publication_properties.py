"""What is published of hundreds of random worlds: never too much, never wrong, and no less than allowed.

Every world is a metric of its own in one database and one build; they share the organisations. The size and
the shape of the values are every combination of the lists below, all else is random.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, product

import numpy as np
import psycopg
import pytest
from oracle import Cell, K, expected_cells, is_dominated, may_be_counted
from worlds import AGAIN, AS_OF, BUILD, SEED, Bundle, at, query

CATEGORIES = {
    "energy": ("MWh", "kWh", "GJ"),
    "emissions": ("t", "kg", "lb"),
    "water": ("ML", "m3"),
    "social": ("%", "fraction"),
}
PERIODS = (
    "2024", "FY 2024", "fy2024", " 2023 ", "2022", "2020", "2024-Q1", "Q1 2024", "2023q4", "2024-01",
)  # fmt: skip
INDUSTRIES = {"1": None, "11": "1", "111": "11", "12": "1", "2": None, "21": "2", "3": None}
GROUPS = ("even", "early", "few")
SIZES = (1, 2, 3, 4, 5, 6, 9, 10, 11, 15, 19, 20, 21, 29, 30, 31, 49, 50, 51, 75, 100, 120)
FIXED_KEYS = {"unit", "direction", "method", "coverage", "schema_version"}
LADDER = {"mean": 5, "median": 10, "p25": 20, "p75": 20, "stddev": 30, "p10": 50, "p90": 50}


# --- shapes: n values of n contributors, each given by one organisation at one site ---


def few_of_one(share: float) -> Callable[[np.random.Generator, int], list[float]]:
    """All but ``share`` of them, rounded to one more or one less, have one value."""

    def shape(random: np.random.Generator, n: int) -> list[float]:
        others = max(0, round(n * share) + int(random.integers(-1, 2)))
        return [7.5] * (n - min(others, n)) + [float(v) for v in random.uniform(1, 99, n)][: min(others, n)]

    return shape


def dominated(off: int) -> Callable[[np.random.Generator, int], list[float]]:
    """The p% rule at its edge: all but the two largest add up to a tenth of the largest, and ``off`` more."""

    def shape(random: np.random.Generator, n: int) -> list[float]:
        tenth = int(random.integers(60, 9_000)) * 2
        rest = np.bincount(random.integers(0, max(n - 2, 1), tenth + off), minlength=max(n - 2, 1))
        return [float(v) for v in (tenth * 10, tenth * 5 + 1, *rest)][:n]

    return shape


SIMPLE = {
    "constant": lambda random, n: [float(random.integers(0, 5))] * n,
    "a tenth differs": few_of_one(0.1),
    "a fifth differs": few_of_one(0.2),
    "mostly zero": lambda random, n: [float(v) for v in random.integers(0, 9, n) * (random.random(n) < 0.3)],
    "many ties": lambda random, n: [float(v) for v in random.integers(-3, 4, n)],
    "just dominated": dominated(-1),
    "at the edge of dominance": dominated(0),
    "just not dominated": dominated(1),
    "one giant": lambda random, n: [1e9, *random.uniform(1, 9, n - 1)],
    "two giants": lambda random, n: [-1e9, 9e8, *random.uniform(1, 9, n)][:n],
    "tiny": lambda random, n: random.lognormal(-30, 1, n),
}  # fmt: skip
# The value of one site; organisations may have several, restated, in other units.
SKEWED = {
    "even": lambda random: random.uniform(10, 20),
    "skewed": lambda random: random.lognormal(5, 2),
    "with negatives": lambda random: random.normal(0, 100),
    "large": lambda random: random.lognormal(30, 1),
    "whole numbers": lambda random: random.integers(0, 50),
}
NEGATIVE = {"many ties", "two giants", "with negatives"}


@dataclass(frozen=True)
class Published:
    """The rows of the two benchmark tables, by (type, industry or group, metric, period)."""

    expected: dict[tuple, Cell]
    industry: dict[tuple, tuple]
    network: dict[tuple, tuple]
    confidence: dict[tuple, Decimal]
    withheld_by: dict[tuple, dict[str, str]]

    def both(self) -> Iterator[tuple[tuple, int, dict]]:
        for rows in (self.industry, self.network):
            for key, (count, statistics) in rows.items():
                yield key, count, statistics


def members(bundle: Bundle, random: np.random.Generator) -> dict[str, list[str]]:
    """Some groups of companies with consents of every kind; group -> its organisations."""
    before, after = ((AS_OF + timedelta(days=days)).isoformat() for days in (-40, 40))
    refusals = (
        {"sharing_level": "private"}, {"sharing_level": "partners"}, {"given": False}, {"since": None},
        {"since": after}, {"until": before}, {"until": AS_OF.isoformat()},
    )  # fmt: skip
    grants = (
        {}, {"sharing_level": "public"}, {"until": after}, {"since": before}, {"since": AS_OF.isoformat()},
    )  # fmt: skip
    groups = {}
    for number in range(200):
        parent = f"g{number}"
        children = max(0, int(random.integers(-3, 6)))
        groups[parent] = [parent, *(f"{parent}-{child}" for child in range(children))]
        for name in groups[parent]:
            level = random.choice(["full", "anonymous", "aggregated", "none"], p=[0.4, 0.3, 0.25, 0.05])
            industry = random.choice([*INDUSTRIES, ""])
            # A child of a child now and then: whoever is at the top counts.
            above = {parent: None, f"{parent}-1": f"{parent}-0"}.get(name, parent)
            bundle.member(name, industry=str(industry), parent=above, level=str(level), consents=())
            for category in CATEGORIES:
                if random.random() < 0.9:
                    refused = random.random() < 0.12
                    terms = (refusals if refused else grants)[random.integers(7 if refused else 5)]
                    bundle.consent(name, category, **terms)
    for industry, above in INDUSTRIES.items():
        name = f"Industry {industry}"
        bundle.add("industry_models", industry_code=industry, industry_name=name, parent_industry_code=above)
    for group in GROUPS:
        bundle.add("network_peer_groups", group_name=group, industry="any")
    for number, names in enumerate(groups.values()):
        for group, belongs in zip(GROUPS, (number % 2 == 0, number < 120, number % 17 == 0), strict=True):
            if belongs:
                bundle.add("network_peer_group_members", group_name=group, organization_id=names[-1])
    return groups


def add_world(
    bundle: Bundle,
    random: np.random.Generator,
    groups: dict[str, list[str]],
    consenting: set[tuple[str, str]],
    metric: str,
    size: int,
    shape: str,
) -> None:
    """A metric that ``size`` groups report, some of their organisations without a consent."""
    category = str(random.choice(list(CATEGORIES)))
    units = CATEGORIES[category]
    rule = str(random.choice(["sum", "mean", "latest"]))
    bundle.metric(
        metric,
        category=category,
        unit=units[0],
        aggregation=rule,
        # A metric that forbids them has its negative values rejected.
        allow_negative=shape in NEGATIVE and random.random() < 0.8,
    )
    period = str(random.choice(PERIODS))
    counted = {name for name, of_category in consenting if of_category == category}
    able = [group for group, names in groups.items() if counted & set(names)]
    chosen = [str(group) for group in random.permutation(able)[:size]]
    values = SIMPLE[shape](random, size) if shape in SIMPLE else None
    for number, group in enumerate(chosen):
        willing = [name for name in groups[group] if name in counted]
        others = [name for name in groups[group] if name not in counted]
        if values is not None:
            value, stated = float(values[number]), quality(random)
            bundle.observe(
                str(random.choice(willing)), metric, value, period=period, unit=units[0], quality=stated
            )
        else:
            reporters = willing[: random.integers(1, len(willing) + 1)]
            for site in sites(random, reporters):
                several_versions(bundle, random, metric, period, units, *site, draw=SKEWED[shape])
        for name in others:  # who may not be counted reports too, and loudly
            bundle.observe(name, metric, 1e12, period=period, unit=units[0], status="verified")


def sites(random: np.random.Generator, reporters: list[str]) -> Iterator[tuple[str, str | None]]:
    for name in reporters:
        for number in range(random.integers(1, 4)):
            yield name, f"site {number}" if number else None


def quality(random: np.random.Generator) -> float | None:
    return round(float(random.random()), 2) if random.random() < 0.7 else None


def several_versions(
    bundle: Bundle,
    random: np.random.Generator,
    metric: str,
    period: str,
    units: tuple[str, ...],
    name: str,
    site: str | None,
    draw: Callable[[np.random.Generator], float],
) -> None:
    """One to three versions of a value, the later not always the ones that hold; no two of one moment."""
    for seconds in random.choice(10**6, random.choice([1, 1, 2, 3]), replace=False):
        bundle.observe(
            name,
            str(random.choice([metric, metric.upper(), f" {metric} "])),
            float(draw(random)),
            period=period,
            unit=str(random.choice(units)),
            site=site,
            quality=quality(random),
            status=[None, "unverified", "verified", "Verified "][random.integers(4)],
            reported_at=(AS_OF - timedelta(days=30, seconds=int(seconds))).isoformat(),
        )


@pytest.fixture(scope="module")
def worlds() -> Bundle:
    random = np.random.default_rng(SEED)
    bundle = Bundle()
    groups = members(bundle, random)
    consenting = may_be_counted(bundle, AS_OF)
    shapes = [*SIMPLE, *SKEWED]
    kinds = [*product(SIZES, shapes)]
    kinds += [(int(random.integers(1, 121)), str(random.choice(shapes))) for _ in range(60)]
    for number, (size, shape) in enumerate(kinds):
        metric = f"world_{number}_{shape.replace(' ', '_')}"
        add_world(bundle, random, groups, consenting, metric, size, shape)
    return bundle


@pytest.fixture(scope="module")
def published(
    worlds: Bundle, module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    """Load the worlds, build once, and read the two tables beside what the oracle expects there."""
    print(AGAIN)
    worlds.load(tmp_path_factory.mktemp("worlds"))
    dbt(*BUILD, *at(AS_OF))
    with psycopg.connect() as connection:
        # As text, so that no float stands between the database and the comparison.
        industry = query(
            connection,
            """
            select industry_code, metric_name, period, sample_size, statistics::text from industry_benchmarks
            """,
        )
        network = query(
            connection,
            """
            select
              split_part(b.benchmark_type, ':', 1), coalesce(g.group_name, b.industry, ''), b.metric_name,
              b.period, b.participant_count, b.statistics::text, b.confidence_level
            from network_benchmarks b
            left join network_peer_groups g on b.benchmark_type = 'peer_group:' || g.id::text
            """,
        )
        reasons = query(
            connection,
            """
            select f.cell_type, coalesce(g.group_name, f.cell_key), f.metric_name, f.period, f.withheld_by
            from disclosure.allowed_figures f left join network_peer_groups g on f.cell_key = g.id::text
            """,
        )
    return Published(
        expected_cells(worlds, AS_OF),
        {("industry", *key): (count, read(text)) for *key, count, text in industry},
        {tuple(key): (count, read(text)) for *key, count, text, _ in network},
        {tuple(key): confidence for *key, _, _, confidence in network},
        {tuple(key): withheld_by for *key, withheld_by in reasons},
    )


def read(statistics: str) -> dict:
    return json.loads(statistics, parse_float=Decimal, parse_int=Decimal)


def figures(statistics: dict) -> dict[str, Decimal]:
    return {key: value for key, value in statistics.items() if key not in FIXED_KEYS}


def test_the_worlds_are_what_they_are_meant_to_be(worlds: Bundle, published: Published) -> None:
    assert len(worlds.tables["metrics"]) >= 300
    cells = published.expected.values()
    # Each rule decides alone somewhere, and there are cells on both sides of each step of the ladder.
    alone = Counter(next(iter(cell.withheld_by)) for cell in cells if len(cell.withheld_by) == 1)
    assert set(alone) == {"D1", "D2", "D3"}, AGAIN
    sizes = Counter(cell.contributors for cell in cells)
    assert all(sizes[step] and sizes[step - 1] for step in LADDER.values()), AGAIN
    shown = Counter(key for cell in cells for key in cell.statistics)
    assert all(shown[key] >= 100 for key in LADDER), (shown, AGAIN)


def test_no_row_has_fewer_contributors_than_k(published: Published) -> None:
    too_few = {
        key: cell.contributors
        for key, _, _ in published.both()
        if (cell := published.expected.get(key)) is None or cell.contributors < K
    }
    assert not too_few, AGAIN


def test_no_key_stands_outside_the_ladder(published: Published) -> None:
    outside = {
        (*key, name)
        for key, _, statistics in published.both()
        for name in figures(statistics)
        if name not in LADDER or published.expected[key].contributors < LADDER[name]
    }
    assert not outside, AGAIN


def test_what_a_cell_alone_may_show_is_published_or_withheld_for_the_sake_of_others(
    published: Published,
) -> None:
    allowed = {key: set(cell.statistics) for key, cell in published.expected.items()}
    for key, names in allowed.items():
        _, statistics = published.network.get(key, (0, {}))
        shown, reasons = set(figures(statistics)), published.withheld_by[key]
        assert shown == set(LADDER) - set(reasons), (key, AGAIN)
        assert {reasons[name] for name in names - shown - {"stddev"}} <= {"D6", "D7"}, (key, AGAIN)
        assert {reasons[name] for name in set(LADDER) - names} <= {"D1", "D2", "D3", "D5", "D7"}, (key, AGAIN)


def test_no_two_visible_cells_differ_by_a_few(published: Published) -> None:
    """D7, by the contributors of the oracle; of what overlaps, one is shown and no mean of a peer group."""
    visible = defaultdict(list)
    for key, (_, statistics) in published.network.items():
        visible[key[2:]].append((key, set(published.expected[key].by_contributor)))
        assert key[0] != "peer_group" or not {"mean", "stddev"} & set(statistics), AGAIN
    too_close = [
        (one, other)
        for cells in visible.values()
        for (one, some), (other, others) in combinations(cells, 2)
        if 1 <= len(some ^ others) < K
    ]
    assert not too_close, AGAIN
    assert any(
        "D7" in reasons.values() for key, reasons in published.withheld_by.items() if key[0] != "peer_group"
    )


def test_nothing_is_left_of_a_mean_but_safe_remainders(published: Published) -> None:
    """D6, by the values of the oracle: what the means below a shown mean leave over."""
    means = {key for key, (_, statistics) in published.network.items() if "mean" in statistics}
    kinds = Counter()
    for key in means:
        below = [other for other in means if other[2:] == key[2:] and key in ancestors(other)]
        of_others = {name for other in below for name in published.expected[other].by_contributor}
        values = published.expected[key].by_contributor
        remainder = [values[name] for name in values.keys() - of_others]
        safe = not remainder or (len(remainder) >= K and any(remainder) and not is_dominated(remainder))
        assert safe, (key, AGAIN)
        kinds[bool(below), bool(remainder)] += 1
    assert kinds[True, True] >= 20, (kinds, AGAIN)
    assert kinds[True, False], (kinds, AGAIN)
    assert sum("D6" in reasons.values() for reasons in published.withheld_by.values()) >= 20, AGAIN


def ancestors(key: tuple) -> set[tuple]:
    """The cells of the tree above a cell of it."""
    kind, name, *rest = key
    if kind != "industry":
        return set()
    above = INDUSTRIES[name]
    parent = ("industry", above, *rest) if above else ("network", "", *rest)
    return {parent, *ancestors(parent)}


def difference(found: dict, expected: dict) -> dict:
    return {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if found.get(key) != expected.get(key)
    }


def test_every_figure_is_the_independent_one_to_three_digits(published: Published) -> None:
    wrong = {
        (*key, name): (value, published.expected[key].statistics.get(name))
        for key, _, statistics in published.both()
        for name, value in figures(statistics).items()
        if value not in published.expected[key].statistics.get(name, ())
    }
    assert not wrong, AGAIN


def test_counts_are_floored_and_tell_no_more_elsewhere(published: Published) -> None:
    wrong = {
        key: (count, statistics["coverage"])
        for key, count, statistics in published.both()
        if (count, statistics["coverage"])
        != (published.expected[key].shown_count, published.expected[key].coverage)
    }
    assert not wrong, AGAIN
    assert all(set(statistics) >= FIXED_KEYS for _, _, statistics in published.both())


def test_the_confidence_level_is_that_of_the_floored_counts(published: Published) -> None:
    wrong = {
        key: (level, expected)
        for key, level in published.confidence.items()
        if abs(float(level) - (expected := published.expected[key].confidence(AS_OF))) > 0.005 + 1e-6
    }
    assert not wrong, AGAIN


def test_both_tables_say_the_same_of_an_industry(published: Published) -> None:
    of_industries = {key: row for key, row in published.network.items() if key[0] == "industry"}
    assert difference(published.industry, of_industries) == {}, AGAIN
