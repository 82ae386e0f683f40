"""The entries of the cache, each against small worlds worked out by hand; one build serves them all."""

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import networkx as nx
import psycopg
import pytest
from worlds import AGAIN, AS_OF, SEED, Bundle, at, identifier, query

pytestmark = pytest.mark.database

DAY = timedelta(days=1)
DEPTH = 3
Entry = dict[str, object]


def trades(
    bundle: Bundle,
    buyer: str,
    supplier: str,
    *,
    spelled: str = "buys_from",
    strength: float | None = None,
    risk: float | None = None,
    volume: object = None,
) -> None:
    source, target = (buyer, supplier) if spelled == "buys_from" else (supplier, buyer)
    bundle.add(
        "network_edges",
        source_organization_id=source,
        target_organization_id=target,
        edge_type=spelled,
        relationship_strength=strength,
        risk_score=risk,
        volume_info=None if volume is None else json.dumps(volume),
    )


def assess(
    bundle: Bundle, requester: str, supplier: str, scores: object, *, on: datetime, until: datetime
) -> None:
    bundle.add(
        "network_supplier_assessments",
        id=f"assessment {len(bundle.tables['network_supplier_assessments'])}",
        requester_org_id=requester,
        supplier_organization_id=supplier,
        assessment_type="any",
        scores=json.dumps(scores),
        assessment_date=on.isoformat(),
        valid_until=until.isoformat(),
    )


# --- a supply chain: what the maker knows of those behind its goods ---


def supply_chain(bundle: Bundle) -> None:
    """Power is three relations away, coal four; paint and the secret firm keep what they do to themselves."""
    for name in ("maker", "steel", "ore", "power", "coal", "pigment"):
        bundle.member(name, level="full", industry="metal" if name == "steel" else None)
    bundle.member("paint", level="none", industry="metal")
    bundle.member("secret", level="anonymous")
    trades(bundle, "maker", "steel", strength=0.5, volume={"annual_spend_usd": 60})
    trades(bundle, "maker", "steel", spelled="supplies_to", strength=0.8, risk=0.9)
    trades(bundle, "maker", "paint", volume={"annual_spend_usd": 40, "share_of_category": 0.9})
    trades(bundle, "steel", "ore", spelled="supplies_to", strength=0.5, risk=0.5)
    trades(bundle, "steel", "secret", strength=0.5, risk=0.9)
    trades(bundle, "paint", "pigment", strength=0.9)
    trades(bundle, "ore", "power", strength=0.5)
    trades(bundle, "power", "steel", strength=0.9)
    trades(bundle, "power", "coal")
    past, future = AS_OF - 10 * DAY, AS_OF + 10 * DAY
    assess(bundle, "maker", "steel", {"overall": 0.1}, on=past - DAY, until=future)
    assess(bundle, "maker", "steel", {"overall": 0.7, "social": 0.2}, on=past, until=future)
    assess(bundle, "maker", "steel", {"overall": 0.2}, on=AS_OF + DAY, until=future)
    assess(bundle, "maker", "paint", {"overall": 0.5}, on=past, until=AS_OF)
    assess(bundle, "steel", "power", {"overall": 0.5}, on=past, until=future)


MAKER = {
    "status": "risk_partly_known",
    "depth": DEPTH,
    "suppliers": 4,
    "suppliers_with_known_risk": 2,
    "highest_carried_risk": 0.24,
    "tiers": [
        {"tier": 1, "suppliers": 2, "suppliers_with_known_risk": 1, "highest_carried_risk": 0.24},
        {"tier": 2, "suppliers": 1, "suppliers_with_known_risk": 1, "highest_carried_risk": 0.2},
        {"tier": 3, "suppliers": 1, "suppliers_with_known_risk": 0},
    ],
    "warnings": [
        {"kind": "concentration", "index": 0.52},
        {"kind": "single_source", "supplier": str(identifier("paint")), "name": "paint"},
    ],
    "largest_risks": [
        {
            "supplier": str(identifier("steel")),
            "name": "steel",
            "tier": 1,
            "path_weight": 0.8,
            "risk": 0.3,
            "risk_source": "assessment",
            "carried_risk": 0.24,
            "assessed_until": "2025-07-10T12:00:00Z",
        },
        {
            "supplier": str(identifier("ore")),
            "name": "ore",
            "tier": 2,
            "path_weight": 0.4,
            "risk": 0.5,
            "risk_source": "relation",
            "carried_risk": 0.2,
        },
        {"supplier": str(identifier("paint")), "name": "paint", "tier": 1, "path_weight": 1},
        {"supplier": str(identifier("power")), "name": "power", "tier": 3, "path_weight": 0.2},
    ],
}
NO_SUPPLIERS = {
    "status": "no_suppliers",
    "depth": DEPTH,
    "suppliers": 0,
    "suppliers_with_known_risk": 0,
    "tiers": [],
    "warnings": [],
    "largest_risks": [],
}

# --- what is wrong with a relation or an assessment -> what is then said of the only supplier ---

# Rows from before the documented tables were hardened: the constraints are NOT VALID and let them stand.
HARDENED = {
    "network_edges": "network_edges_volume_info_is_no_scalar",
    "network_supplier_assessments": "network_supplier_assessments_scores_is_no_scalar",
    "network_data_marketplace": "network_data_marketplace_metadata_is_an_object",
}
UNREADABLE = {
    "scores are a word": {"scores": "good"},
    "scores are null": {"scores": None},
    "scores are a list": {"scores": [0.5]},
    "overall is null": {"scores": {"overall": None}},
    "overall is a word": {"scores": {"overall": "0.5"}},
    "overall is a percentage": {"scores": {"overall": 70}},
    "overall overflows": {"scores": {"overall": int("9" * 400)}},
    "volume is a list": {"volume": [1, 2]},
    "volume is a word": {"volume": "plenty"},
    "spend is a word": {"volume": {"annual_spend_usd": "1", "share_of_category": "1"}},
    "spend is nothing": {"volume": {"annual_spend_usd": 0, "share_of_category": 0.5}},
    "spend is negative": {"volume": {"annual_spend_usd": -1, "share_of_category": -1}},
}


def unreadable(bundle: Bundle) -> None:
    for case, said in UNREADABLE.items():
        bundle.member(case)
        for supplier in ("plain supplier 1", "plain supplier 2"):
            trades(bundle, case, supplier, volume=said.get("volume"))
            if "scores" in said:
                assess(bundle, case, supplier, said["scores"], on=AS_OF - DAY, until=AS_OF + DAY)
    for supplier in ("plain supplier 1", "plain supplier 2"):
        bundle.member(supplier)


# --- compliance: seconds and days around each limit ---

DEADLINES = {
    "a second ago": (AS_OF - timedelta(seconds=1), "overdue"),
    "now": (AS_OF, "under_30_days"),
    "30 days less a second": (AS_OF + 30 * DAY - timedelta(seconds=1), "under_30_days"),
    "30 days": (AS_OF + 30 * DAY, "under_90_days"),
    "90 days less a second": (AS_OF + 90 * DAY - timedelta(seconds=1), "under_90_days"),
    "90 days": (AS_OF + 90 * DAY, "under_180_days"),
    "180 days less a second": (AS_OF + 180 * DAY - timedelta(seconds=1), "under_180_days"),
    "180 days": (AS_OF + 180 * DAY, "later"),
    "unknown": (None, "no_deadline_known"),
}


def regulated(bundle: Bundle, organization: str, regulation: str, deadline: datetime | None) -> None:
    bundle.add(
        "regulatory_compliance",
        id=f"{organization} {regulation}",
        organization_id=organization,
        regulation=regulation,
        jurisdiction="EU",
        status="in_progress",
        next_deadline=deadline.isoformat() if deadline else None,
    )


def compliance(bundle: Bundle) -> None:
    bundle.member("regulated by all")
    for case, (deadline, _) in DEADLINES.items():
        name = f"due {case}"
        bundle.member(name)
        regulated(bundle, name, "CSRD", deadline)
        regulated(bundle, "regulated by all", case, deadline)
    bundle.member("due never")


# --- the marketplace ---

MANY = 23
SHOWN_AT_MOST = 20


def offers(
    bundle: Bundle,
    provider: str,
    name: str,
    *,
    quality: float | None = None,
    metadata: object = None,
    listed: datetime = AS_OF,
    until: datetime | None = None,
) -> None:
    bundle.add(
        "network_data_marketplace",
        id=name,
        provider_org_id=provider,
        dataset_name=name,
        dataset_type="water_risk",
        data_period="2024",
        access_type="exchange",
        quality_score=quality,
        metadata=None if metadata is None else json.dumps(metadata),
        listed_at=listed.isoformat(),
        expires_at=until.isoformat() if until else None,
    )


def marketplace(bundle: Bundle) -> None:
    parents = {
        "metal": None,
        "steel making": "metal",
        "tin making": "metal",
        "farming": None,
        "fishing": None,
    }
    for code, parent in parents.items():
        bundle.add("industry_models", industry_code=code, industry_name=code, parent_industry_code=parent)
    for code in parents:
        bundle.member(f"buyer in {code}", industry=code)
    bundle.member("steel provider", industry="steel making")
    bundle.member("unknown provider")
    offers(bundle, "steel provider", "of the provider's industry", quality=0.5)
    offers(bundle, "steel provider", "of metal", quality=0.9, metadata={"industry": "metal"})
    offers(bundle, "steel provider", "of an industry that nobody knows", metadata={"industry": "magic"})
    offers(bundle, "steel provider", "of a list", quality=0.4, metadata=[{"industry": "farming"}])
    offers(bundle, "steel provider", "of a number", quality=0.3, metadata={"industry": 1})
    offers(bundle, "steel provider", "of tin", quality=0.8, metadata={"industry": "tin making"})
    offers(bundle, "steel provider", "closed", quality=1, listed=AS_OF - DAY, until=AS_OF)
    offers(bundle, "steel provider", "not open yet", quality=1, listed=AS_OF + DAY)
    offers(bundle, "buyer in tin making", "closing soon", quality=0.7, until=AS_OF + timedelta(seconds=1))
    offers(bundle, "unknown provider", "of no industry", quality=1)
    for number in range(MANY):
        offers(bundle, "unknown provider", f"field {number:02}", metadata={"industry": "farming"})


OWN = ["of the provider's industry", "of a list", "of a number", "of an industry that nobody knows"]
MATCHES = {
    "buyer in metal": ["of metal", "of tin", "closing soon", *OWN],
    "buyer in steel making": ["of metal", *OWN],
    "buyer in tin making": ["of metal", "of tin"],
    "steel provider": [],
    "buyer in fishing": [],
}

# --- random graphs, and one of 10,000 relations ---

GRAPHS = 100
LEVELS = ("full", "full", "full", "anonymous", "none")


def random_graphs(bundle: Bundle) -> list[nx.DiGraph]:
    """Graphs of buyer -> supplier with strengths, cycles included, none connected to another."""
    chance = random.Random(SEED)
    graphs = []
    for number in range(GRAPHS):
        size = chance.randint(2, 9)
        graph = nx.gnp_random_graph(
            size, chance.uniform(0.1, 0.6), seed=chance.randrange(10**9), directed=True
        )
        graph = nx.relabel_nodes(graph, {node: f"graph {number} node {node}" for node in graph})
        for name in graph:
            graph.nodes[name]["level"] = chance.choice(LEVELS)
            bundle.member(name, level=graph.nodes[name]["level"])
        for buyer, supplier in graph.edges:
            strength = chance.choice((None, 0, 0.1, 0.25, 0.5, 0.75, 1))
            graph.edges[buyer, supplier]["weight"] = 1 if strength is None else strength
            for spelled in chance.choice((("buys_from",), ("supplies_to",), ("buys_from", "supplies_to"))):
                trades(bundle, buyer, supplier, spelled=spelled, strength=strength)
        graphs.append(graph)
    return graphs


def seen_by(graph: nx.DiGraph, name: str) -> nx.DiGraph:
    """What an organisation may see of its graph: its own relations, and those of two that share in full."""
    full = {node for node, level in graph.nodes(data="level") if level == "full"}
    return nx.edge_subgraph(graph, [edge for edge in graph.edges if edge[0] == name or full.issuperset(edge)])


def reached_from(graph: nx.DiGraph, name: str) -> dict[str, tuple[int, float]]:
    """Supplier -> (tier, weight of the best path), by looking at every path there is."""
    seen = seen_by(graph, name)
    if name not in seen:
        return {}
    tiers = nx.single_source_shortest_path_length(seen, name, cutoff=DEPTH)
    return {
        supplier: (
            tier,
            max(
                math.prod(seen.edges[step]["weight"] for step in pairwise(path))
                for path in nx.all_simple_paths(seen, name, supplier, cutoff=DEPTH)
            ),
        )
        for supplier, tier in tiers.items()
        if supplier != name
    }


LARGE_NODES, LARGE_EDGES = 2500, 10_000


def large_graph(bundle: Bundle) -> nx.DiGraph:
    graph = nx.gnm_random_graph(LARGE_NODES, LARGE_EDGES, seed=SEED, directed=True)
    for node in graph:
        bundle.member(f"large {node}", level="full", consents=())
    for buyer, supplier in graph.edges:
        trades(bundle, f"large {buyer}", f"large {supplier}", strength=0.9, risk=0.5)
    return graph


# --- benchmarks: twenty mills over the years, and those who cannot be compared ---

# Sorted, with ties at the quartiles and the median: 5, 10 and 15, whatever they are multiplied with.
MILLS = (1, 2, 3, 4, 5, 5, 7, 8, 9, 10, 10, 12, 13, 14, 15, 15, 17, 18, 19, 20)
PERIODS = {"2024": 1, "2023": 2, "2021": 4, "2019": 8, "2024-Q1": 1, "2023-Q4": 2, "2024-01": 1, "2023-12": 2}
CACHED = {"2024", "2023", "2024-Q1", "2023-Q4", "2024-01", "2023-12"}  # the last two of each length
DIRECTIONS = {"heat": "lower_is_better", "output": "higher_is_better", "load": "neutral"}
FEW = 4
ALONE = {"glazier 0": 7, "glazier 1": 8, "glazier 2": 9, "nomad 0": 6, "nomad 1": 7}
# Metric -> what each of a group reported itself, and what is counted of all.
GROUP = {
    "heat": ({"holding": 8.25, "subsidiary": 5, "sibling": 7}, 20.25),
    "share": ({"subsidiary": 3, "sibling": 6.5}, 4.1666),
    "stock": ({"subsidiary": 4, "sibling": 9.75}, 9.75),
}


def benchmarked(bundle: Bundle) -> None:
    """Paper mills are mills, as are five millers; glaziers are too few, and nomads are of no industry."""
    for code, parent in (("mills", None), ("paper mills", "mills"), ("glass", None), ("GLASS", None)):
        bundle.add("industry_models", industry_code=code, industry_name=code, parent_industry_code=parent)
    for metric, direction in DIRECTIONS.items():
        bundle.add("metrics", metric_name=metric, category="energy", unit="MWh", direction=direction)
    bundle.add("network_peer_groups", id="club", group_name="club", industry="paper mills")
    for number, value in enumerate(MILLS):
        bundle.member(f"mill {number}", industry="paper mills")
        for period, factor in PERIODS.items():
            bundle.observe(f"mill {number}", "heat", value * factor, period=period)
        if number < FEW:
            bundle.observe(f"mill {number}", "heat", value, period="2022")
        if number < 10:
            bundle.add("network_peer_group_members", group_name="club", organization_id=f"mill {number}")
        for metric in ("output", "load"):
            bundle.observe(f"mill {number}", metric, value)
    for number in range(5):
        bundle.member(f"miller {number}", industry="mills")
        bundle.observe(f"miller {number}", "heat", 9 + number)
    for name, value in ALONE.items():
        bundle.member(name, industry="glass" if name.startswith("glazier") else None)
        bundle.observe(name, "heat", value)
    a_group(bundle)
    bundle.member("without consent", industry="paper mills", consents=())
    bundle.observe("without consent", "heat", 8)


def a_group(bundle: Bundle) -> None:
    """Counted among the glaziers, as its holding is; each of it reports in a way of its own."""
    bundle.member("holding", industry="glass")
    bundle.member("subsidiary", industry="paper mills", parent="holding")
    bundle.member("sibling", parent="holding")
    bundle.add("network_peer_group_members", group_name="club", organization_id="subsidiary")
    for metric, aggregation in (("share", "mean"), ("stock", "latest")):
        bundle.metric(metric, aggregation=aggregation)
    bundle.observe("holding", "heat", 8.25)
    bundle.observe("sibling", "heat", 7)
    bundle.observe("subsidiary", "heat", 4, site="1", status="verified", reported_at="2025-01-01")
    bundle.observe("subsidiary", "heat", 3, site="1", status="verified", reported_at="2025-01-02")
    bundle.observe("subsidiary", "heat", 50, site="1", reported_at="2025-01-03")
    bundle.observe("subsidiary", "heat", 2000, site="2", unit="kWh")
    for site, share, day in (("1", 2, 2), ("2", 4, 1)):
        bundle.observe("subsidiary", "share", share, site=site)
        bundle.observe("subsidiary", "stock", share * 2, site=site, reported_at=f"2025-01-0{day}")
    bundle.observe("sibling", "share", 6.5)
    bundle.observe("sibling", "stock", 9.75, reported_at="2025-02-01")


# (metric, value) -> quartile, gap to the median and to the better quartile; whoever ties has the same.
STANDS = {
    ("heat", 5): (1, -5, 0),
    ("heat", 10): (2, 0, 5),
    ("heat", 15): (3, 5, 10),
    ("heat", 17): (4, 7, 12),
    ("output", 15): (1, 5, 0),
    ("output", 10): (2, 0, -5),
    ("output", 5): (3, -5, -10),
    ("output", 4): (4, -6, -11),
    ("load", 5): (1, -5, None),
}
# Published of every metric in 2024.
QUARTILES = {"median": 10, "p25": 5, "p75": 15}

# --- the build ---


@pytest.fixture(scope="module")
def world(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> dict:
    bundle = Bundle()
    for part in (supply_chain, unreadable, compliance, marketplace, benchmarked):
        part(bundle)
    graphs, large = random_graphs(bundle), large_graph(bundle)
    with psycopg.connect(autocommit=True) as connection:
        for table, constraint in HARDENED.items():
            connection.execute(f"alter table {table} drop constraint {constraint}")
        bundle.load(tmp_path_factory.mktemp("bundle"))
        connection.execute(
            "insert into regulatory_compliance (organization_id, regulation, jurisdiction, status,"
            " next_deadline) values (%s, 'pledge', 'EU', 'any', 'infinity')",
            [identifier("due never")],
        )
    dbt(
        "build",
        "--select",
        "+network_intelligence_cache",
        "path:models/last_build",
        "+path:models/marts/benchmarks",
        "cache_shapes",
        "--exclude-resource-type",
        "unit_test",
        *at(),
    )
    return {"graphs": graphs, "large": large}


def entry(connection: psycopg.Connection, cache_type: str, name: str, period: str = "") -> Entry | None:
    key = ":".join(filter(None, (cache_type, str(identifier(name)), period.lower())))
    found = query(
        connection, "select data, organization_id from network_intelligence_cache where cache_key = %s", key
    )
    if not found:
        return None
    ((data, organization),) = found
    assert organization == identifier(name)
    return data


def test_a_supply_chain_worked_out_by_hand(world, connection):
    assert entry(connection, "supply_chain_risk", "maker") == MAKER


def test_who_only_sells_is_told_so_and_who_does_not_trade_has_no_entry(world, connection):
    assert entry(connection, "supply_chain_risk", "coal") == NO_SUPPLIERS
    assert entry(connection, "supply_chain_risk", "buyer in farming") is None


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_unknown_and_never_zero(world, connection, case):
    assert entry(connection, "supply_chain_risk", case) == {
        "status": "risk_unknown",
        "depth": DEPTH,
        "suppliers": 2,
        "suppliers_with_known_risk": 0,
        "tiers": [{"tier": 1, "suppliers": 2, "suppliers_with_known_risk": 0}],
        "warnings": [],
        "largest_risks": [
            {"supplier": supplier, "name": name, "tier": 1, "path_weight": 1}
            for supplier, name in sorted(
                (str(identifier(name)), name) for name in ("plain supplier 1", "plain supplier 2")
            )
        ],
    }


def test_suppliers_are_those_of_networkx(world, connection):
    found: dict = {}
    statement = """
        select buyer.name, supplier.name, tier, path_weight from intelligence.supplier_tiers as tiers
        inner join organizations as buyer on tiers.organization_id = buyer.id
        inner join organizations as supplier on tiers.supplier_id = supplier.id
        where buyer.name like 'graph %'
    """
    for buyer, supplier, tier, weight in query(connection, statement):
        found.setdefault(buyer, {})[supplier] = (tier, pytest.approx(weight))
    expected = {name: reached_from(graph, name) for graph in world["graphs"] for name in graph}
    assert {buyer: reached for buyer, reached in expected.items() if reached} == found, AGAIN
    assert max(tier for reached in expected.values() for tier, _ in reached.values()) == DEPTH


def test_ten_thousand_relations_keep_entries_short(world, connection):
    buyers = [node for node, suppliers in world["large"].out_degree if suppliers]
    for node in buyers[::100]:
        reached = nx.single_source_shortest_path_length(world["large"], node, cutoff=DEPTH)
        said = entry(connection, "supply_chain_risk", f"large {node}")
        assert said["suppliers"] == said["suppliers_with_known_risk"] == len(reached) - 1, AGAIN
        assert {tier["tier"]: tier["suppliers"] for tier in said["tiers"]} == Counter(
            tier for supplier, tier in reached.items() if supplier != node
        )
        assert len(said["largest_risks"]) == min(len(reached) - 1, SHOWN_AT_MOST)


@pytest.mark.parametrize("case", DEADLINES)
def test_deadlines_are_sorted_by_the_time_left(world, connection, case):
    deadline, due = DEADLINES[case]
    said = entry(connection, "compliance_outlook", f"due {case}")
    regulation = {"regulation": "CSRD", "jurisdiction": "EU", "status": "in_progress", "due": due}
    if deadline:
        regulation["next_deadline"] = deadline.strftime("%Y-%m-%dT%H:%M:%SZ")
    kinds = dict.fromkeys((kind for _, kind in DEADLINES.values()), 0)
    assert said == {"status": due, "regulations": [regulation], "counts": kinds | {due: 1}}


def test_the_most_urgent_regulation_gives_the_status(world, connection):
    said = entry(connection, "compliance_outlook", "regulated by all")
    assert said["status"] == "overdue"
    assert [regulation["regulation"] for regulation in said["regulations"]] == list(DEADLINES)
    assert sum(said["counts"].values()) == len(DEADLINES)
    assert said["counts"]["under_30_days"] == 2


def test_a_deadline_at_infinity_is_later(world, connection):
    said = entry(connection, "compliance_outlook", "due never")
    assert said["status"] == "later"
    assert "next_deadline" not in said["regulations"][0]
    assert entry(connection, "compliance_outlook", "maker") is None


@pytest.mark.parametrize("name", MATCHES)
def test_listings_match_that_are_open_fit_and_are_not_ones_own(world, connection, name):
    said = entry(connection, "marketplace_matches", name)
    assert [listing["dataset_name"] for listing in said["listings"]] == MATCHES[name]
    assert said["matches"] == len(MATCHES[name])
    assert said["status"] == ("matched" if MATCHES[name] else "no_match")


def test_many_matches_are_counted_and_the_first_listed(world, connection):
    said = entry(connection, "marketplace_matches", "buyer in farming")
    assert (said["matches"], len(said["listings"])) == (MANY, SHOWN_AT_MOST)


def test_without_an_industry_nothing_is_matched(world, connection):
    assert entry(connection, "marketplace_matches", "unknown provider") == {"status": "industry_unknown"}


def of_everybody(connection: psycopg.Connection, key: str) -> Entry | None:
    found = query(
        connection, "select data, organization_id from network_intelligence_cache where cache_key = %s", key
    )
    if not found:
        return None
    ((data, organization),) = found
    assert organization is None
    return data


def test_an_industry_tells_what_is_published_and_how_it_went(world, connection):
    said = of_everybody(connection, "industry_overview:paper mills:2024")
    names = ("status", "industry", "name", "period")
    assert [said[name] for name in names] == ["published", "paper mills", "paper mills", "2024"]
    assert [benchmark["metric"] for benchmark in said["benchmarks"]] == ["heat", "load", "output"]
    heat = said["benchmarks"][0]
    assert QUARTILES.items() <= heat.items()
    assert (heat["contributors"], heat["coverage"]) == (20, 1)  # of 21, which is floored, too
    # Of 2022 nothing is published, and so 2023 is beside nothing; 2019 is too long ago.
    assert [(step["period"], step["median"], step.get("median_change")) for step in heat["trend"]] == [
        ("2021", 40, None),
        ("2023", 20, None),
        ("2024", 10, -0.5),
    ]
    quarter, month = (
        of_everybody(connection, f"industry_overview:paper mills:{period}")
        for period in ("2024-q1", "2024-01")
    )
    for entry, before in ((quarter, "2023-Q4"), (month, "2023-12")):
        first, last = entry["benchmarks"][0]["trend"]
        assert (first["period"], last["median_change"]) == (before, -0.5)


def test_an_industry_without_benchmark_is_told_so_of_the_recent_periods(world, connection):
    entries = "select data from network_intelligence_cache where cache_type = 'industry_overview'"
    found = {(said["industry"].lower(), said["period"]): said for (said,) in query(connection, entries)}
    for code in ("glass", "tin making", "11"):
        overviews = {period: said for (industry, period), said in found.items() if industry == code}
        assert overviews.keys() == CACHED
        assert {said["status"] for said in overviews.values()} == {"insufficient_data"}
        assert not any(said["benchmarks"] for said in overviews.values())
    assert {period for industry, period in found if industry == "paper mills"} == PERIODS.keys()


def test_the_network_is_summed_up_from_what_is_published(world, connection):
    said = of_everybody(connection, "network_summary:2024")
    counts = ("metrics", "industries", "peer_groups", "benchmarks")
    assert [said[name] for name in counts] == [3, 2, 1, 12]
    assert said["coverage"] == [
        {
            "category": "energy",
            "metrics": 3,
            "organizations": 30,  # of 31
            "coverage": round(30 / said["members"], 2),
        }
    ]


@pytest.mark.parametrize(("metric", "value"), STANDS)
def test_a_position_is_read_from_the_published_quartiles(world, connection, metric, value):
    quartile, to_median, to_better = STANDS[metric, value]
    expected = {"quartile": quartile, "gap_to_median": to_median, "status": "published"} | QUARTILES
    if to_better is not None:
        expected["gap_to_better_quartile"] = to_better
    holders = [f"mill {number}" for number, each in enumerate(MILLS) if each == value]
    for name in holders:
        (found,) = [
            position
            for position in entry(connection, "peer_position", name, "2024")["positions"]
            if (position["metric"], position["benchmark"]) == (metric, "industry")
        ]
        assert (found["value"], found["direction"]) == (value, DIRECTIONS[metric])
        assert (found["industry"], found["contributors"]) == ("paper mills", 20)
        names = ("quartile", "gap_to_median", "gap_to_better_quartile", "status", *QUARTILES)
        assert {key: found[key] for key in names if key in found} == expected


def test_a_peer_group_of_ten_shows_its_median_only(world, connection):
    found = entry(connection, "peer_position", "mill 0", "2024")["positions"]
    assert [position for position in found if position["metric"] == "heat"][1] == {
        "metric": "heat",
        "unit": "MWh",
        "direction": "lower_is_better",
        "value": 1,
        "benchmark": f"peer_group:{identifier('club')}",
        "status": "published",
        "contributors": 10,
        "median": 5,
        "gap_to_median": -4,
    }


def test_who_cannot_be_compared_is_told_why(world, connection):
    alone = {"metric": "heat", "unit": "MWh", "direction": "lower_is_better", "benchmark": "industry"}
    for name, value in ALONE.items():
        status = "insufficient_data" if name.startswith("glazier") else "industry_unknown"
        said = entry(connection, "peer_position", name, "2024")
        assert said.pop("version")
        assert said == {
            "status": status,
            "basis": "as_counted",
            "period": "2024",
            "positions": [alone | {"value": value, "status": status}],
        }
        assert entry(connection, "peer_position", name, "2023") is None
    assert entry(connection, "peer_position", "miller 0", "2024")["positions"][0]["industry"] == "mills"


def test_who_is_of_a_group_sees_its_own_report_beside_its_own_industry(world, connection):
    club = f"peer_group:{identifier('club')}"
    of_one = {
        "holding": ("insufficient_data", {("heat", "industry"): ("insufficient_data", None, None)}),
        "subsidiary": (
            "compared",
            {
                ("heat", "industry"): ("published", 1, -5),
                ("share", "industry"): ("insufficient_data", None, None),
                ("stock", "industry"): ("insufficient_data", None, None),
                ("heat", club): ("published", None, 0),
                ("share", club): ("insufficient_data", None, None),
                ("stock", club): ("insufficient_data", None, None),
            },
        ),
        # The group is of an industry and in a peer group; the sibling itself is not.
        "sibling": (
            "industry_unknown",
            dict.fromkeys(((metric, "industry") for metric in GROUP), ("industry_unknown", None, None)),
        ),
    }
    for name, (status, expected) in of_one.items():
        said = entry(connection, "peer_position", name, "2024")
        assert (said["status"], said["basis"]) == (status, "unconsolidated")
        found = {(each["metric"], each["benchmark"]): each for each in said["positions"]}
        assert {
            key: (each["status"], each.get("quartile"), each.get("gap_to_median"))
            for key, each in found.items()
        } == expected
        assert {key: each["value"] for key, each in found.items()} == {
            key: GROUP[key[0]][0][name] for key in expected
        }
        assert entry(connection, "peer_position", name, "2023") is None
    counted = "select metric_name, value from contributions.contributions where contributor_id = %s"
    assert dict(query(connection, counted, identifier("holding"))) == {
        metric: pytest.approx(value, abs=1e-4) for metric, (_, value) in GROUP.items()
    }


def test_positions_are_those_of_the_last_two_periods(world, connection):
    periods = "select data ->> 'period' from network_intelligence_cache where cache_type = 'peer_position'"
    assert {period for (period,) in query(connection, periods)} == CACHED
    assert entry(connection, "peer_position", "without consent", "2024") is None


FIGURES = ("mean", "median", "p10", "p25", "p75", "p90", "stddev")


def figures(said: dict) -> dict:
    return {name: said[name] for name in FIGURES if said.get(name) is not None}


def assert_shown_is_published(connection: psycopg.Connection) -> None:
    """Each figure of an entry is that of the published row, and each difference is one of such figures."""
    rows = query(
        connection,
        "select benchmark_type, coalesce(industry, ''), metric_name, period, participant_count, statistics"
        " from network_benchmarks",
    )
    published = {tuple(key): (count, figures(statistics)) for *key, count, statistics in rows}
    entries = "select data from network_intelligence_cache where cache_type = %s"
    overviews, positions = (
        [data for (data,) in query(connection, entries, kind)]
        for kind in ("industry_overview", "peer_position")
    )
    overviewed = set()
    for said in overviews:
        for benchmark in said["benchmarks"]:
            key = ("industry", said["industry"], benchmark["metric"])
            overviewed.add((*key, said["period"]))
            assert (benchmark["contributors"], figures(benchmark)) == published[*key, said["period"]]
            for step in benchmark["trend"]:
                assert figures(step).items() <= published[*key, step["period"]][1].items()
    assert overviewed == {key for key in published if key[0] == "industry"}
    for said in positions:
        for position in said["positions"]:
            key = (position["benchmark"], position.get("industry", "paper mills"), position["metric"])
            shown = published.get((*key, said["period"]), (None, {}))
            assert (position["status"] == "published") == bool(figures(position))
            assert figures(position).items() <= shown[1].items()
            assert position.get("contributors") in (None, shown[0])
            for gap, over in (("gap_to_median", ("median",)), ("gap_to_better_quartile", ("p25", "p75"))):
                if gap in position:
                    differences = [position["value"] - position[figure] for figure in over]
                    assert any(position[gap] == pytest.approx(each) for each in differences)


def test_no_entry_holds_a_figure_that_is_not_published(world, connection):
    assert_shown_is_published(connection)


@contextmanager
def reading(role: str, name: str = "", table: str = "network_benchmarks") -> Iterator[psycopg.Connection]:
    """A session of the role while the table is served as if it had just been built; that is taken back."""
    with psycopg.connect() as session:
        session.execute(f"update {table} set expires_at = '2999-01-01'")
        session.execute(f"set role {role}")
        if name:
            session.execute("select set_config('blipee.organization_id', %s, true)", [str(identifier(name))])
        yield session
        session.rollback()


def test_a_position_is_read_by_its_owner_alone(world):
    keys = "select cache_key from network_intelligence_cache where cache_type = 'peer_position'"
    of_everybody = keys.replace("peer_position", "industry_overview")
    own = {f"peer_position:{identifier('mill 4')}:{period.lower()}" for period in CACHED}
    for role, name, seen in (
        ("blipee_member", "mill 4", own),
        *(
            ("blipee_member", name, {f"peer_position:{identifier(name)}:2024"})
            for name in ("holding", "subsidiary", "sibling")
        ),
        ("blipee_member", "without consent", set()),
        ("blipee_member", "", set()),
        ("blipee_analyst", "mill 4", set()),
    ):
        with reading(role, name, "network_intelligence_cache") as session:
            assert {key for (key,) in query(session, keys)} == seen
            assert query(session, of_everybody)


# --- the marts of the benchmarks ---


def test_the_marts_show_what_is_published_and_nothing_else(world):
    with reading("blipee_analyst") as session:
        rows = query(
            session,
            "select benchmark_type, industry, metric_name, period, statistics from network_benchmarks",
        )
        published = {
            (*key, name, value) for *key, statistics in rows for name, value in figures(statistics).items()
        }
        long = query(
            session,
            "select benchmark_type, industry_code, metric_name, period, statistic, value, category,"
            " industry_name from marts.benchmark_statistics",
        )
        assert {row[:6] for row in long} == published and len(long) == len(published) > 50
        assert {row[6] for row in long} == {"energy"}
        assert all(row[7] == row[1] for row in long)
        trend = query(session, "select count(*), count(distinct metric_name) from marts.benchmark_trend")
        assert trend == [(len(rows), len(DIRECTIONS))]


def test_a_trend_leads_from_a_period_to_the_one_before(world):
    with reading("blipee_analyst") as session:
        found = query(
            session,
            "select period, previous_period, median, previous_median, median_change, mean_change"
            " from marts.benchmark_trend where metric_name = 'heat' and industry_code = 'paper mills'"
            " and benchmark_type = 'industry'",
        )
    assert set(found) == {
        ("2019", None, 80, None, None, None),
        ("2021", None, 40, None, None, None),
        ("2023", None, 20, None, None, None),
        ("2024", "2023", 10, 20, -0.5, -0.4976),
        ("2023-Q4", None, 20, None, None, None),
        ("2024-Q1", "2023-Q4", 10, 20, -0.5, -0.4976),
        ("2023-12", None, 20, None, None, None),
        ("2024-01", "2023-12", 10, 20, -0.5, -0.4976),
    }


def test_coverage_counts_who_stands_behind_what_is_published(world):
    with reading("blipee_analyst") as session:
        found = query(
            session,
            "select industry_code, category, metrics, organizations, coverage from marts.coverage"
            " where period = '2024' and industry_code is not null",
        )
        assert set(found) == {("mills", "energy", 3, 25, 1), ("paper mills", "energy", 3, 20, 1)}
        unpublished = "select from marts.coverage where period = '2022' or industry_code = 'glass'"
        assert query(session, unpublished) == []


def positions(name: str, *, metric: str = "heat", period: str = "2024") -> dict:
    """Benchmark of the mart -> status, value, quartile and gaps."""
    with reading("blipee_member", name) as session:
        rows = query(
            session,
            "select concat_ws(' ', benchmark_type, industry_code), organization_id, status, value, quartile,"
            " gap_to_median, gap_to_better_quartile from marts.organization_position"
            " where metric_name is null or (metric_name, period) = (%s, %s)",
            metric,
            period,
        )
    assert {row[1] for row in rows} == {identifier(name)}
    return {row[0]: row[2:] for row in rows}


@pytest.mark.parametrize(("metric", "value"), STANDS)
def test_the_mart_says_what_the_entries_say(world, metric, value):
    for number, each in enumerate(MILLS):
        if each == value:
            found = positions(f"mill {number}", metric=metric)
            assert found["industry paper mills"] == ("published", value, *STANDS[metric, value])
            assert {"industry mills", "network"} < found.keys()


def test_the_mart_has_every_period_and_says_what_is_missing(world):
    club = f"peer_group:{identifier('club')}"
    assert positions("mill 4", period="2021")["industry paper mills"] == ("published", 20, 1, -20, 0)
    assert {row[0] for row in positions("mill 0", period="2022").values()} == {"insufficient_data"}
    assert positions("mill 0")[f"{club} paper mills"] == ("published", 1, None, -4, None)
    assert positions("glazier 0")["industry glass"] == ("insufficient_data", 7, None, None, None)
    assert positions("nomad 0")["industry"] == ("industry_unknown", 6, None, None, None)
    assert positions("nomad 0")["network"][:2] == ("published", 6)
    assert positions("without consent") == {"": ("not_counted", None, None, None, None)}


def test_the_mart_compares_each_of_a_group_with_its_own_report(world):
    club = f"peer_group:{identifier('club')} paper mills"
    found = positions("subsidiary")
    assert found.keys() == {"network", "industry mills", "industry paper mills", club}
    assert found["industry paper mills"] == ("published", 5, 1, -5, 0)
    assert found[club] == ("published", 5, None, 0, None)
    assert positions("holding").keys() == {"network", "industry glass"}
    assert positions("sibling").keys() == {"network", "industry"}
    for metric, (own, _) in GROUP.items():
        for name, value in own.items():
            assert {row[1] for row in positions(name, metric=metric).values()} == {value}
    for name, basis in (
        ("subsidiary", "unconsolidated"),
        ("mill 4", "as_counted"),
        ("without consent", None),
    ):
        with reading("blipee_member", name) as session:
            assert query(session, "select distinct basis from marts.organization_position") == [(basis,)]


def test_nobody_reads_contributions_of_another(world):
    with reading("blipee_member") as session:
        for relation in ("marts.organization_position", "blipee_own_contributions()"):
            assert query(session, f"select * from {relation}") == []
    with reading("blipee_analyst", "mill 4") as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(session, "select * from blipee_own_contributions()")
    with psycopg.connect(autocommit=True) as owner:  # as Supabase grants what is new to everybody
        ((everybody,),) = query(
            owner, "select has_function_privilege('public', 'blipee_own_contributions()', 'execute')"
        )
        assert not everybody


def test_keys_are_spelled_in_one_way(world, connection):
    spelled = query(
        connection, "select cache_key, cache_type, organization_id, data from network_intelligence_cache"
    )
    for key, kind, organization, data in spelled:
        about = organization or data.get("industry")
        assert key == ":".join(filter(None, (kind, about and str(about), data.get("period")))).lower()


def test_entries_live_as_long_as_their_type(world, connection):
    lifetimes = query(
        connection,
        "select cache_type, scope, lifetime_days, min(expires_at), max(expires_at),"
        " count(organization_id) > 0 from network_intelligence_cache"
        " inner join reference.cache_types using (cache_type) group by 1, 2, 3",
    )
    assert len(lifetimes) == 6
    for _, scope, days, first, last, has_owner in lifetimes:
        assert first == last == AS_OF + days * DAY
        assert has_owner == (scope == "organization")


def test_entries_are_written_when_something_changed_and_go_with_what_they_say(world, connection, dbt):
    def versions() -> dict[str, tuple]:
        rows = query(connection, "select cache_key, ctid::text, xmin::text from network_intelligence_cache")
        return {key: version for key, *version in rows}

    def refreshed() -> dict[str, tuple]:
        selected = ("+network_intelligence_cache", "path:models/last_build", "network_benchmarks")
        dbt("run", "--select", *selected, *at(AS_OF + timedelta(seconds=0.5)))
        return versions()

    before = versions()
    connection.execute(
        "delete from regulatory_compliance where organization_id = %s", [identifier("due now")]
    )
    connection.execute("delete from network_edges where relationship_strength = 0.9 and risk_score = 0.5")
    connection.execute(
        "update network_edges set relationship_strength = 0.7 where relationship_strength = 0.8"
    )
    connection.execute(
        "update network_privacy_settings set consent_given = false where organization_id = %s",
        [identifier("mill 19")],
    )
    after = refreshed()
    gone = {f"compliance_outlook:{identifier('due now')}"}
    gone |= {
        f"supply_chain_risk:{identifier(f'large {node}')}"
        for node, relations in world["large"].degree
        if relations
    }
    # Whoever withdraws hides every industry that it was counted in, from every entry.
    about_benchmarks = ("network_summary", "industry_overview", "peer_position")
    assert {key for key in before.keys() - after.keys() if not key.startswith(about_benchmarks)} == gone
    overviews = "select distinct data ->> 'status' from network_intelligence_cache where cache_type = %s"
    assert query(connection, overviews, "industry_overview") == [("insufficient_data",)]
    assert not [key for key in after if key.startswith(f"peer_position:{identifier('mill 19')}")]
    assert_shown_is_published(connection)
    said = entry(connection, "peer_position", "mill 0", "2024")["positions"]
    assert {(position["benchmark"], position["status"]) for position in said} == {
        ("industry", "insufficient_data"),
        (f"peer_group:{identifier('club')}", "published"),
    }
    changed = {key for key in after if after[key] != before.get(key)}
    moved = ("due 30 days", "due 90 days", "due 180 days", "regulated by all")  # by half a second
    assert {key for key in changed if not key.startswith(about_benchmarks)} == {
        f"supply_chain_risk:{identifier('maker')}",
        *(f"compliance_outlook:{identifier(name)}" for name in moved),
    }
    assert refreshed() == after
    cached = "select distinct is_cached from intelligence.position_entry_versions inner join"
    cached += (
        " network_intelligence_cache as cache using (organization_id) where cache.data ->> 'period' = period"
    )
    assert query(connection, cached) == [(True,)]
    # Of who joins nothing is published yet, so no entry of another may tell that somebody did.
    newcomer = "insert into network_privacy_settings (organization_id, data_category, sharing_level,"
    newcomer += " consent_given, consent_date) values (%s, 'energy', 'network', true, '2020-01-01')"
    connection.execute(newcomer, [identifier("without consent")])
    told = refreshed()
    assert {key for key in told if told[key] != after.get(key)} == {
        f"peer_position:{identifier('without consent')}:2024"
    }
