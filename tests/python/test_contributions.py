"""One value per contributor: ownership, restatements, aggregation, units, and what staging rejects."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from worlds import AS_OF, BUILD, Bundle, at, identifier, query

EARLY, LATE = "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"

# --- ownership: every organisation reports 1, so a contributor's sum counts its organisations ---

CHAIN = ("chain top", "chain 2", "chain 3", "chain bottom")
CYCLE, TAIL = ("cycle a", "cycle b", "cycle c"), ("tail 1", "tail 2")
SUBSIDIARIES = tuple(f"subsidiary {number}" for number in range(5))
# What belongs together in the end -> its organisations that report.
GROUPS = {
    "chain top": CHAIN,
    min(CYCLE, key=identifier): (*CYCLE, *TAIL),
    "strong parent": ("strong parent", "wanted by two"),
    "weak parent": ("weak parent",),
    "group of five": SUBSIDIARIES,  # the parent itself reports nothing
    "supplier": ("supplier",),  # an edge of another kind makes nobody a child
}


def add_owners(bundle: Bundle) -> None:
    for names in (CHAIN, CYCLE, TAIL, SUBSIDIARIES):
        for name in names:
            bundle.member(name)
    for name in ("strong parent", "weak parent", "wanted by two", "group of five", "supplier", *ABROAD):
        bundle.member(name)
    for below, above in (("group", None), ("group 1", "group"), ("others", None), ("others 1", "others")):
        bundle.add("industry_models", industry_code=below, industry_name=below, parent_industry_code=above)
    industries = {**dict.fromkeys(SUBSIDIARIES, "group 1"), "group of five": "group"}
    for name, industry in {**industries, "strong parent": "others", "weak parent": "others 1"}.items():
        bundle.add("organization_industries", organization_id=name, primary_industry=industry)
    for parent, child in pairwise(CHAIN):
        bundle.belongs_to(child, parent)
    for parent, child in zip(CYCLE, (*CYCLE[1:], CYCLE[0]), strict=True):
        bundle.belongs_to(child, parent)
    bundle.belongs_to("tail 1", "cycle b")
    bundle.belongs_to("tail 2", "tail 1")
    bundle.belongs_to("wanted by two", "weak parent", strength=0.2)
    bundle.belongs_to("wanted by two", "strong parent", strength=0.8)
    for name in SUBSIDIARIES:
        bundle.belongs_to(name, "group of five")
    bundle.add(
        "network_edges",
        source_organization_id="supplier",
        target_organization_id="group of five",
        edge_type="supplies_to",
    )
    for name in (*(name for names in GROUPS.values() for name in names), *ABROAD):
        bundle.observe(name, "electricity_consumption", 1)


# Children of a holding that is a node of the network and no organisation of the platform.
ABROAD = ("child of outsider 1", "child of outsider 2")


def add_outsider(connection: psycopg.Connection) -> None:
    """A node without an organisation is the platform's to write: a bundle addresses nodes by organisation."""
    connection.execute(
        "insert into network_nodes (external_id, node_type, node_name) values ('holding', 'partner', 'any')"
    )
    connection.execute(
        "insert into network_edges (source_node_id, target_node_id, edge_type) select child.id, parent.id, "
        "'subsidiary_of' from network_nodes child, network_nodes parent "
        "where child.organization_id = any(%s) and parent.external_id = 'holding'",
        ([identifier(name) for name in ABROAD],),
    )


# --- versions: metric -> what one organisation says, in the order of loading, and what holds ---


@dataclass(frozen=True)
class Said:
    """One observation; ``load`` is the load that brings it."""

    value: float
    load: int = 0
    site: str | None = None
    unit: str = "MWh"
    period: str = "2023"
    status: str | None = None
    reported_at: str | None = EARLY
    quality: float | None = None
    organization: str = "teller"


ALONE = {
    "verified beats later unverified": ([Said(1, status="verified"), Said(2, reported_at=LATE)], 1),
    "later verified beats verified": (
        [Said(1, status="verified"), Said(2, status=" Verified ", reported_at=LATE)], 2,
    ),
    "another status is not verified": ([Said(1, status="verified by us"), Said(2, reported_at=LATE)], 2),
    "later report beats later load": ([Said(1, reported_at=LATE), Said(2, load=1)], 1),
    "later load beats the same date": ([Said(1), Said(2, load=1)], 2),
    "later load beats without dates": ([Said(1, reported_at=None), Said(2, reported_at=None, load=1)], 2),
    "spellings of a period are one": (
        [Said(1, period="FY 2023"), Said(2, period="2023", reported_at=LATE), Said(3, period="fy2023")], 2,
    ),
    "a restatement in another unit": ([Said(1), Said(2, unit="GWh", reported_at=LATE)], 2000),
    "a rejected restatement changes nothing": ([Said(1), Said(-2, reported_at=LATE)], 1),
    "sites are restated apart": (
        [Said(1, site="a"), Said(10, site="b"), Said(2, site="a", reported_at=LATE)], 12,
    ),
    "the whole and a site are two": ([Said(1), Said(10, site="a")], 11),
}  # fmt: skip
AGGREGATED = {
    "sum": ([Said(1, site="a"), Said(2, site="b"), Said(6, organization="teller's child")], 9),
    "mean": ([Said(1, site="a"), Said(2, site="b"), Said(6, organization="teller's child")], 3),
    "latest": (
        [Said(9, site="a"), Said(2, site="b", reported_at=LATE), Said(6, organization="teller's child")], 2,
    ),
}  # fmt: skip
# Unit of the metric, what is said, its value in the metric's unit.
CONVERTED = {
    "energy": ("MWh", [(1, "MWh"), (1000, "kWh"), (3.6, "GJ")], 3),
    "mass": ("t", [(1, "t"), (1000, "kg"), (1e6, "g"), (2204.6226218487757, "lb")], 4),
    "short ton": ("t", [(1, "short ton")], 0.90718474),
    "volume": ("ML", [(1, "ML"), (1000, "m3"), (1e6, "litre")], 3),
    "emissions": ("tCO2e", [(1, "tCO2e"), (1000, "kgCO2e")], 2),
    "share": ("%", [(25, "%"), (0.25, "fraction")], 50),
    "a unit of nobody else's": ("incidents", [(3, "incidents")], 3),
}


def add_versions(bundle: Bundle, load: int) -> None:
    for metric, (said, _) in {**ALONE, **AGGREGATED}.items():
        for s in said:
            if s.load == load:
                bundle.observe(
                    s.organization, metric, s.value, period=s.period, unit=s.unit, site=s.site,
                    quality=s.quality, status=s.status, reported_at=s.reported_at,
                )  # fmt: skip


def add_teller(bundle: Bundle) -> None:
    bundle.member("teller")
    bundle.member("teller's child", parent="teller")
    for metric in ALONE:
        bundle.metric(metric)
    for rule in AGGREGATED:
        bundle.metric(rule, aggregation=rule)
    for name, (unit, said, _) in CONVERTED.items():
        bundle.metric(f"in {name}", unit=unit)
        for number, (value, given) in enumerate(said):
            bundle.observe("teller", f"in {name}", value, period="2023", unit=given, site=f"site {number}")
    bundle.metric("quality")
    for number, quality in enumerate((0.5, 1, None)):
        bundle.observe("teller", "quality", 1, period="2023", site=f"site {number}", quality=quality)


# --- what has a form and no meaning; `stranger` is in no table of organisations ---

REJECTED = {
    "unknown metric": ("teller", "no such metric", "2023", 1, "MWh", None),
    "unreadable period": ("teller", "electricity_consumption", "last year", 1, "MWh", None),
    "unit does not convert": ("teller", "electricity_consumption", "2022", 1, "m3", None),
    "not a number": ("teller", "electricity_consumption", "2022-01", "NaN", "MWh", None),
    "infinite": ("teller", "electricity_consumption", "2022-02", "-Infinity", "MWh", None),
    "magnitude outside 1e-100 to 1e100": ("teller", "electricity_consumption", "2022-03", 1e101, "MWh", None),
    "negative where the metric forbids it": ("teller", "electricity_consumption", "2022-04", -1, "MWh", None),
    "data quality outside 0 to 1": ("teller", "electricity_consumption", "2022-05", 1, "MWh", 1.5),
    "unknown organization": ("stranger", "electricity_consumption", "2022-06", 1, "MWh", None),
}
ALSO_REJECTED = {
    "unknown metric": ("stranger", "no such metric", "never", "NaN", "nothing", None),
    "unreadable period": ("teller", "electricity_consumption", "2023-13", 1, "MWh", None),
    "unit does not convert": ("teller", "water_withdrawal_total", "2022", 1, "ml", None),
    "not a number": ("stranger", "electricity_consumption", "2022-01", "nan", "MWh", None),
    "infinite": ("teller", "electricity_consumption", "2022-07", "inf", "MWh", None),
    "magnitude outside 1e-100 to 1e100": (
        "teller", "electricity_consumption", "2022-08", 1e-101, "MWh", None,
    ),
    "negative where the metric forbids it": (
        "teller", "electricity_consumption", "2022-09", -1e-99, "MWh", None,
    ),
    "data quality outside 0 to 1": ("teller", "electricity_consumption", "2022-10", 1, "MWh", "NaN"),
}  # fmt: skip
UNFINISHED = "not part of a finished load"


def add_rejected(bundle: Bundle) -> None:
    for rows in (REJECTED, ALSO_REJECTED):
        for organization, metric, period, value, unit, quality in rows.values():
            bundle.observe(organization, metric, value, period=period, unit=unit, quality=quality)


@pytest.fixture(scope="module")
def built(
    module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory
) -> psycopg.Connection:
    """Two loads and one build; a connection to look at what came of them."""
    folder: Path = tmp_path_factory.mktemp("contributions")
    first, second = Bundle(), Bundle()
    add_owners(first)
    add_teller(first)
    add_versions(first, load=0)
    add_rejected(first)
    add_versions(second, load=1)
    first.load(folder)
    second.load(folder)
    with psycopg.connect(autocommit=True) as connection:
        add_outsider(connection)
        connection.execute(
            "insert into raw.metric_observations (batch_id, file_row, organization_id, metric_name, period, "
            "value, unit) values (0, 1, %s, 'electricity_consumption', '2023', 1, 'TWh')",
            (identifier("teller"),),
        )
        dbt(*BUILD, *at(AS_OF))
        yield connection


@pytest.fixture(scope="module")
def values(built: psycopg.Connection) -> dict[tuple, float]:
    """(metric, period, contributor) -> value."""
    rows = query(built, "select metric_name, period, contributor_id, value from contributions.contributions")
    return {tuple(key): value for *key, value in rows}


@pytest.mark.parametrize("top", GROUPS)
def test_a_group_counts_once_as_its_ultimate_parent(values: dict, top: str) -> None:
    assert values["electricity_consumption", "2024", identifier(top)] == len(GROUPS[top])


def test_nobody_but_the_tops_contributes(values: dict, built: psycopg.Connection) -> None:
    ((outsider,),) = query(built, "select id from network_nodes where external_id = 'holding'")
    assert values["electricity_consumption", "2024", outsider] == len(ABROAD)
    contributors = {key[2] for key in values if key[:2] == ("electricity_consumption", "2024")}
    assert contributors == {outsider, *map(identifier, GROUPS)}


def test_what_a_cell_leaves_over_is_kept_where_a_contributor_stands_below(built: psycopg.Connection) -> None:
    """And not where only subsidiaries of somebody in the cell belong below: that is the cell itself."""
    left_over = query(
        built,
        "select cell_key, contributor_id from last_build.cell_members "
        "where cell_type = 'direct' and cell_key in ('group', 'others')",
    )
    assert left_over == [("others", identifier("strong parent"))]


def test_a_cycle_is_reported(built: psycopg.Connection) -> None:
    cut = query(built, "select entity_id from contributions.ownership where is_cycle")
    assert {entity for (entity,) in cut} == {identifier(name) for name in (*CYCLE, *TAIL)}


@pytest.mark.parametrize("metric", [*ALONE, *AGGREGATED])
def test_one_version_of_each_site_holds(values: dict, metric: str) -> None:
    _, expected = {**ALONE, **AGGREGATED}[metric]
    assert values[metric, "2023", identifier("teller")] == expected


@pytest.mark.parametrize("name", CONVERTED)
def test_units_are_converted(values: dict, name: str) -> None:
    assert values[f"in {name}", "2023", identifier("teller")] == pytest.approx(CONVERTED[name][2], rel=1e-12)


def test_data_quality_is_the_mean_of_what_is_stated(built: psycopg.Connection) -> None:
    assert query(
        built, "select value, data_quality from contributions.contributions where metric_name = 'quality'"
    ) == [(3, 0.75)]


@pytest.mark.parametrize("reason", [*REJECTED, UNFINISHED])
def test_every_reason_has_its_rows(built: psycopg.Connection, reason: str) -> None:
    found = query(
        built,
        "select organization_id, metric_name, period, unit from staging.rejected_observations "
        "where rejection_reason = %s",
        reason,
    )
    rows = [table[reason] for table in (REJECTED, ALSO_REJECTED) if reason in table]
    rows = rows or [("teller", "electricity_consumption", "2023", 1, "TWh", None)]
    if reason == "negative where the metric forbids it":
        rows.append(("teller", "a rejected restatement changes nothing", "2023", -2, "MWh", None))
    expected = [(identifier(who), metric, period, unit) for who, metric, period, _, unit, _ in rows]
    assert Counter(found) == Counter(expected)


def test_accepted_and_rejected_are_all_that_was_loaded(built: psycopg.Connection) -> None:
    loaded = query(built, "select batch_id, file_row from raw.metric_observations")
    rejected = query(built, "select batch_id, file_row from staging.rejected_observations")
    accepted = query(
        built,
        """
        select batch_id, file_row from staging.stg_observations
        where rejection_reason is null
          and organization_id in (select organization_id from staging.stg_organizations)
        """,
    )
    assert Counter(accepted) + Counter(rejected) == Counter(loaded)
    assert max(Counter(loaded).values()) == 1
    assert len(rejected) == len(REJECTED) + len(ALSO_REJECTED) + 2


def test_nothing_rejected_is_counted(values: dict) -> None:
    assert not [key for key in values if key[1].startswith("2022") or key[2] == identifier("stranger")]
