"""The entries of the cache, each against small worlds worked out by hand; one build serves them all."""

import json
import math
import random
from collections import Counter
from collections.abc import Callable
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


# --- the build ---


@pytest.fixture(scope="module")
def world(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> dict:
    bundle = Bundle()
    for part in (supply_chain, unreadable, compliance, marketplace):
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
        "cache_shapes",
        "--exclude-resource-type",
        "unit_test",
        *at(),
    )
    return {"graphs": graphs, "large": large}


def entry(connection: psycopg.Connection, cache_type: str, name: str) -> Entry | None:
    key = f"{cache_type}:{identifier(name)}"
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


def test_keys_are_spelled_in_one_way(world, connection):
    spelled = query(
        connection, "select cache_key, cache_type, organization_id from network_intelligence_cache"
    )
    assert {key for key, *_ in spelled} == {f"{kind}:{organization}" for _, kind, organization in spelled}


def test_entries_live_as_long_as_their_type(world, connection):
    lifetimes = query(
        connection,
        "select cache_type, scope, lifetime_days, min(expires_at), max(expires_at),"
        " count(organization_id) > 0 from network_intelligence_cache"
        " inner join reference.cache_types using (cache_type) group by 1, 2, 3",
    )
    assert len(lifetimes) == 3  # nobody reported anything: there is no summary of the network
    for _, scope, days, first, last, has_owner in lifetimes:
        assert first == last == AS_OF + days * DAY
        assert has_owner == (scope == "organization")


def test_entries_are_written_when_something_changed_and_go_with_what_they_say(world, connection, dbt):
    def versions() -> dict[str, tuple]:
        rows = query(connection, "select cache_key, ctid::text, xmin::text from network_intelligence_cache")
        return {key: version for key, *version in rows}

    def refreshed() -> dict[str, tuple]:
        dbt("run", "--select", "supply_relations+", *at(AS_OF + timedelta(seconds=0.5)))
        return versions()

    before = versions()
    connection.execute(
        "delete from regulatory_compliance where organization_id = %s", [identifier("due now")]
    )
    connection.execute("delete from network_edges where relationship_strength = 0.9 and risk_score = 0.5")
    connection.execute(
        "update network_edges set relationship_strength = 0.7 where relationship_strength = 0.8"
    )
    after = refreshed()
    gone = {f"compliance_outlook:{identifier('due now')}"}
    gone |= {
        f"supply_chain_risk:{identifier(f'large {node}')}"
        for node, relations in world["large"].degree
        if relations
    }
    assert before.keys() - after.keys() == gone
    assert {key for key in after if after[key] != before[key]} == {f"supply_chain_risk:{identifier('maker')}"}
    assert refreshed() == after
