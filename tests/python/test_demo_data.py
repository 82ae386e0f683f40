"""The demo's data: repeatable, complete, and with everything in it that the project is there to deal with."""

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path

import psycopg
import pytest
from conftest import PROJECT

from scripts.demo.members import CATEGORIES, INDUSTRIES, NODE_LEVELS, SHARING_LEVELS
from scripts.demo.observations import BROKEN, DIRT

DDL = PROJECT / "scripts" / "ddl"
DOCUMENTED = (
    "20240712_ml_pipeline_tables",
    "20240713_industry_models_tables",
    "20240714_network_features_tables",
    "20240715_integration_tables",
)
FROM_SEEDS = {"gri_standards", "industry_models"}
PUBLISHED = {"industry_benchmarks", "network_benchmarks", "network_intelligence_cache"}
BY_DBT = FROM_SEEDS | PUBLISHED
TODAY = "2025-06-30T00:00:00+00:00"
# Columns of a bundle that the table calls otherwise, or that stand for a row of another table.
OF_THE_BUNDLE = {
    "organizations": {"organization_id", "name"},
    "autonomous_agents": {"id", "organization_id", "name"},
    "network_edges": {"source_organization_id"},
    "network_supplier_assessments": {"supplier_organization_id"},
    "network_peer_group_members": {"group_name"},
    "network_consortium_members": {"consortium_name"},
}
Row = dict[str, str]
Bundle = dict[str, list[Row]]


def documented_columns() -> dict[str, set[str]]:
    """Table -> its columns, as the documented statements have them."""
    tables: dict[str, set[str]] = {}
    for name in DOCUMENTED:
        statements = (DDL / f"{name}.sql").read_text(encoding="utf-8")
        tables_of = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+) \((.*?)\n\);", statements, re.DOTALL)
        for table, body in tables_of:
            tables[table] = set(re.findall(r"^  ([a-z_]+) ", body, re.MULTILINE))
    return tables


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file whose lines are whole."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return rows[: -len(BROKEN)] if path.stem == "metric_observations" else rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory, command) -> Path:
    folder = tmp_path_factory.mktemp("a demo") / "bundle"
    command("demo", folder)
    return folder


@pytest.fixture(scope="module")
def bundle(folder) -> Bundle:
    return {path.stem: read(path) for path in folder.glob("*.csv")}


@pytest.fixture(scope="module")
def owners(bundle) -> dict[str, str]:
    """Organisation -> who it counts under: the top of its ownership, the smallest of a cycle."""
    organization_of = {node["id"]: node["organization_id"] or node["id"] for node in bundle["network_nodes"]}
    parents: dict[str, tuple[float, str]] = {}
    for edge in bundle["network_edges"]:
        if edge["edge_type"] == "subsidiary_of":
            child, share = edge["source_organization_id"], float(edge["relationship_strength"])
            offer = share, organization_of[edge["target_node_id"]]
            parents[child] = max(parents.get(child, offer), offer)

    def top(name: str) -> str:
        path = [name]
        while path[-1] in parents:
            above = parents[path[-1]][1]
            if above in path:
                return min(path[path.index(above) :])
            path.append(above)
        return path[-1]

    return {row["organization_id"]: top(row["organization_id"]) for row in bundle["organizations"]}


def counted(bundle: Bundle, category: str) -> set[str]:
    """The organisations whose node and consent say that they may be counted."""
    nodes = bundle["network_nodes"]
    shares = {row["organization_id"] for row in nodes if row["data_sharing_level"] != "none"}
    return {
        row["organization_id"]
        for row in bundle["network_privacy_settings"]
        if row["data_category"] == category
        and row["consent_given"] == "true"
        and row["sharing_level"] in ("public", "network")
        and row["consent_date"]
        and row["consent_date"] <= TODAY
        and (not row["expires_at"] or row["expires_at"] > TODAY)
    } & shares


def is_employees_of_2024(row: Row) -> bool:
    return row["metric_name"].lower() == "employees_total" and row["period"].endswith("2024")


def contributors(bundle: Bundle, owners: dict[str, str]) -> dict[str, set[str]]:
    """Industry -> who is counted in it for employees_total in 2024."""
    industries = bundle["organization_industries"]
    industry_of = {row["organization_id"]: row["primary_industry"] for row in industries}
    may = counted(bundle, "social")
    cells = defaultdict(set)
    for row in bundle["metric_observations"]:
        organization = row["organization_id"]
        if is_employees_of_2024(row) and organization in may:
            top = owners[organization]
            if top in industry_of:
                cells[industry_of[top]].add(top)
    return cells


# --- the command ---


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_seed_gives_the_same_bytes(folder, tmp_path, command, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "12345")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    command("demo", tmp_path / "again")
    assert contents(tmp_path / "again") == contents(folder)


def test_another_seed_gives_other_figures_of_the_same_members(folder, tmp_path, command):
    command("demo", tmp_path / "other", "--seed", 2)
    other, first = contents(tmp_path / "other"), contents(folder)
    assert other.keys() == first.keys()
    assert other["metric_observations.csv"] != first["metric_observations.csv"]
    assert len(read(tmp_path / "other" / "organizations.csv")) == len(read(folder / "organizations.csv"))


def test_a_demo_bundle_is_replaced(tmp_path, command):
    command("demo", tmp_path / "bundle")
    before = contents(tmp_path / "bundle")
    command("demo", tmp_path / "bundle", "--seed", 2)
    assert contents(tmp_path / "bundle") != before
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_an_empty_directory_is_filled(tmp_path, command):
    command("demo", tmp_path)
    assert (tmp_path / "organizations.csv").is_file()


@pytest.mark.parametrize("touched", ["organizations.csv", "notes.txt"])
def test_what_somebody_wrote_is_never_replaced(tmp_path, command, touched):
    command("demo", tmp_path / "bundle")
    with (tmp_path / "bundle" / touched).open("a") as file:
        file.write("org-7000,My own line\n")
    before = contents(tmp_path / "bundle")
    done = command("demo", tmp_path / "bundle", expect=1)
    assert "name another directory" in done.stderr
    assert contents(tmp_path / "bundle") == before


def test_a_folder_of_somebody_else_is_refused(tmp_path, command):
    (tmp_path / "organizations.csv").write_text("organization_id,name\n")
    command("demo", tmp_path, expect=1)
    assert contents(tmp_path) == {"organizations.csv": b"organization_id,name\n"}


def test_a_file_in_the_way_is_one_line(tmp_path, command):
    (tmp_path / "file").write_text("")
    done = command("demo", tmp_path / "file" / "bundle", expect=1)
    assert len(done.stderr.strip().splitlines()) == 1


def test_no_day_of_the_machine_is_in_it(folder, tmp_path):
    """The command asks for no time: it still works where there is none to be had."""
    program = (
        "import time, runpy, sys\n"
        "def no_clock(*_): raise AssertionError('the demo asked for the time')\n"
        "time.time = time.localtime = no_clock\n"
        "sys.argv = ['demo', sys.argv[1]]\n"
        "runpy.run_module('scripts.demo', run_name='__main__')\n"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "bundle"], cwd=PROJECT, check=True)
    assert contents(tmp_path / "bundle") == contents(folder)


# --- the tables ---


def test_no_documented_table_stays_empty(bundle):
    assert set(bundle) | BY_DBT >= set(documented_columns())
    assert not set(bundle) & BY_DBT
    assert all(bundle.values())


def test_every_column_is_documented(bundle):
    documented = documented_columns()
    design = {"organization_id", "metric_name", "period", "value", "unit", "site_id", "data_quality",
              "verification_status", "reported_at"}  # fmt: skip
    for table, rows in bundle.items():
        known = documented.get(table, set()) | OF_THE_BUNDLE.get(table, set())
        known |= design if table == "metric_observations" else set()
        assert set(rows[0]) <= known, table


def test_references_lead_somewhere(bundle):
    def ids(table: str, column: str = "id") -> set[str]:
        return {row[column] for row in bundle[table]}

    organizations = ids("organizations", "organization_id")
    nodes, with_node = ids("network_nodes"), ids("network_nodes", "organization_id")
    everywhere = {
        "organization_id": organizations,
        "model_id": ids("ml_models"),
        "agent_id": ids("autonomous_agents"),
    }
    wanted = {
        "network_edges": {"source_organization_id": with_node, "target_node_id": nodes},
        "network_supplier_assessments": {
            "supplier_organization_id": with_node,
            "requester_org_id": organizations,
        },
        "network_peer_group_members": {"group_name": ids("network_peer_groups", "group_name")},
        "network_consortium_members": {"consortium_name": ids("network_consortiums", "consortium_name")},
        "network_data_exchanges": {
            "listing_id": ids("network_data_marketplace"),
            "buyer_org_id": organizations,
        },
        "organization_industries": {"primary_industry": {industry.code for industry in INDUSTRIES}},
    }
    for table, rows in bundle.items():
        columns = wanted.get(table, {})
        if table not in ("network_nodes", "metric_observations"):
            columns |= {column: known for column, known in everywhere.items() if column in rows[0]}
        for column, known in columns.items():
            assert {row[column] for row in rows} <= known, f"{table}.{column}"


def test_keys_are_unique(bundle):
    keys = {
        "network_privacy_settings": ("organization_id", "data_category"),
        "network_edges": ("source_organization_id", "target_node_id", "edge_type"),
        "network_peer_group_members": ("group_name", "organization_id"),
        "network_consortium_members": ("consortium_name", "organization_id"),
        "ml_models": ("organization_id", "model_type", "version"),
        "organizations": ("organization_id",),
    }
    keys |= {table: ("id",) for table, rows in bundle.items() if "id" in rows[0] and table not in keys}
    for table, key in keys.items():
        found = Counter(tuple(row[column].strip().lower() for column in key) for row in bundle[table])
        assert max(found.values()) == 1, table


def test_counts_of_members_are_true(bundle):
    for groups, members, name in (
        ("network_peer_groups", "network_peer_group_members", "group_name"),
        ("network_consortiums", "network_consortium_members", "consortium_name"),
    ):
        counts = Counter(row[name] for row in bundle[members])
        assert {row[name]: int(row["member_count"]) for row in bundle[groups]} == counts


def test_every_status_and_type_is_there(bundle):
    def values(table: str, column: str) -> set[str]:
        return {row[column] for row in bundle[table]}

    assert values("ml_models", "status") == {"training", "validating", "active", "deprecated", "failed"}
    assert values("ml_training_jobs", "status") == {"queued", "running", "completed", "failed", "cancelled"}
    edges = {"supplies_to", "buys_from", "partners_with", "subsidiary_of"}
    assert values("network_edges", "edge_type") == edges
    assert values("network_data_marketplace", "access_type") == {"one_time", "subscription", "exchange"}
    assert {bool(row["actual_value"]) for row in bundle["ml_predictions"]} == {True, False}
    assert {row["valid_until"] > TODAY for row in bundle["network_supplier_assessments"]} == {True, False}
    assert {row["next_deadline"] > TODAY for row in bundle["regulatory_compliance"]} == {True, False}


def test_json_is_json(bundle):
    for table, column in (("network_supplier_assessments", "risks"), ("ml_models", "architecture"),
                          ("network_edges", "volume_info"), ("ml_predictions", "prediction")):  # fmt: skip
        for row in bundle[table]:
            assert row[column] == "" or isinstance(json.loads(row[column]), dict | list)


# --- the story ---


def test_size_of_the_network(bundle, owners):
    assert 590 <= len(bundle["organizations"]) <= 620
    assert 400 <= len(set(owners.values())) <= 430
    unknown = {wrong["metric_name"] for wrong in DIRT["unknown metric"]}
    assert len({row["metric_name"].lower() for row in bundle["metric_observations"]} - unknown) == 20


def test_ownership_is_nested_circular_foreign_and_shared(bundle, owners):
    parents = defaultdict(list)
    for edge in bundle["network_edges"]:
        if edge["edge_type"] == "subsidiary_of":
            parents[edge["source_organization_id"]].append(edge["target_node_id"].replace("node-", "org-"))
    first = {name: above for name, (above, *_) in parents.items()}
    assert any(owners.get(above) not in (name, above, None) for name, above in first.items())
    assert any(first.get(above) == name for name, above in first.items())
    assert sum(top == "holding-outside" for top in owners.values()) >= 3
    assert any(len(above) == 2 for above in parents.values())


def test_every_combination_of_consent_is_there(bundle):
    def when(day: str) -> str:
        return "absent" if not day else "past" if day <= TODAY else "future"

    level_of = {row["organization_id"]: row["data_sharing_level"] for row in bundle["network_nodes"]}
    found = {
        (
            level_of.get(row["organization_id"]),
            row["sharing_level"],
            row["consent_given"],
            when(row["consent_date"]),
            when(row["expires_at"]),
        )
        for row in bundle["network_privacy_settings"]
    }
    times = ("past", "future", "absent")
    combinations = set(product(NODE_LEVELS, SHARING_LEVELS, ("true", "false"), times, times))
    assert found >= {each for each in combinations if each[3:] != ("future", "past")}
    organizations = {row["organization_id"] for row in bundle["organizations"]}
    assert organizations - level_of.keys()
    assert organizations - {row["organization_id"] for row in bundle["network_privacy_settings"]}


@pytest.mark.parametrize("category", CATEGORIES)
def test_most_members_are_counted(bundle, category):
    share = len(counted(bundle, category)) / len(bundle["organizations"])
    assert 0.85 <= share <= 0.95


def test_cells_of_every_size(bundle, owners):
    sizes = [len(cell) for cell in contributors(bundle, owners).values()]
    bands = [(1, 4), (5, 9), (10, 19), (20, 49), (50, 99)]
    assert all(any(low <= size <= high for size in sizes) for low, high in bands)


def test_one_industry_is_dominated(bundle, owners):
    refiners = contributors(bundle, owners)["3241"]
    people = Counter()
    for row in bundle["metric_observations"]:
        top = owners.get(row["organization_id"])
        if is_employees_of_2024(row) and top in refiners:
            people[top] += float(row["value"])
    first, _, *others = sorted(people.values(), reverse=True)
    assert len(people) >= 5
    assert sum(others) < 0.1 * first


def test_nearly_everybody_reports_the_same(bundle):
    rows = bundle["metric_observations"]
    deaths = [row["value"] for row in rows if row["metric_name"] == "work_related_fatalities"]
    assert 0.9 < deaths.count("0") / len(deaths) < 1


def test_values_are_skewed_and_follow_size(bundle):
    emitted = [
        float(row["value"])
        for row in bundle["metric_observations"]
        if row["metric_name"] == "scope_1_emissions" and row["unit"] == "tCO2e" and float(row["value"]) > 0
    ]
    finite = sorted(value for value in emitted if value < 1e100)
    assert sum(finite) / len(finite) > 5 * finite[len(finite) // 2]


def test_spellings_units_sites_and_restatements(bundle):
    rows = bundle["metric_observations"]
    periods = {row["period"] for row in rows}
    assert periods >= {"2024", "FY 2024", "FY2024", "2024-Q1", "Q1 2024"}
    units = {row["unit"] for row in rows}
    assert units >= {"MWh", "GJ", "kWh", "tCO2e", "kgCO2e", "short tons", "lb", "m3", "%", "fraction"}
    assert any(row["metric_name"].isupper() for row in rows)
    assert any(row["site_id"] for row in rows)
    assert 0.8 < sum(bool(row["data_quality"]) for row in rows) / len(rows) < 0.9
    key = ("organization_id", "metric_name", "period", "site_id")
    versions = Counter(tuple(row[column] for column in key) for row in rows)
    assert sum(count > 1 for count in versions.values()) > 100


def test_a_total_and_its_parts_come_from_different_members(bundle):
    def reporters(metric: str) -> set[str]:
        rows = bundle["metric_observations"]
        return {row["organization_id"] for row in rows if row["metric_name"] == metric}

    assert reporters("scope_1_and_2_emissions") - reporters("scope_1_emissions")
    assert reporters("scope_1_emissions") - reporters("scope_1_and_2_emissions")


def test_peer_groups_overlap_and_repeat(bundle):
    members = defaultdict(set)
    for row in bundle["network_peer_group_members"]:
        members[row["group_name"]].add(row["organization_id"])
    assert len(members) == 12
    assert members["Leading banks"] == members["Banks of the climate pledge"]
    assert len(members["Large power producers"] - members["Large power producers without the leader"]) == 1
    assert members["Cement and chemicals"] & members["Heavy industry"]
    assert min(map(len, members.values())) < 5


@pytest.mark.parametrize("reason", DIRT)
def test_every_kind_of_dirt_is_there(bundle, reason):
    for wrong in DIRT[reason]:
        assert any(wrong.items() <= row.items() for row in bundle["metric_observations"]), wrong


def test_the_broken_lines_are_the_last(folder):
    lines = (folder / "metric_observations.csv").read_text(encoding="utf-8").splitlines()
    assert tuple(lines[-len(BROKEN) :]) == BROKEN


def test_suppliers_stand_in_both_spellings_in_tiers_and_in_a_circle(bundle):
    organization_of = {row["id"]: row["organization_id"] or row["id"] for row in bundle["network_nodes"]}
    spelled = {"supplies_to": set(), "buys_from": set()}
    for edge in bundle["network_edges"]:
        one, other = edge["source_organization_id"], organization_of[edge["target_node_id"]]
        if edge["edge_type"] == "supplies_to":
            spelled["supplies_to"].add((one, other))
        if edge["edge_type"] == "buys_from":
            spelled["buys_from"].add((other, one))
    assert spelled["supplies_to"] & spelled["buys_from"]
    suppliers_of = defaultdict(set)
    for supplier, buyer in spelled["supplies_to"] | spelled["buys_from"]:
        suppliers_of[buyer].add(supplier)

    def upstream(start: str) -> dict[str, int]:
        tier, reached, front = 0, {}, {start}
        while front:
            tier += 1
            front = {supplier for buyer in front for supplier in suppliers_of[buyer]} - reached.keys()
            reached |= dict.fromkeys(front, tier)
        return reached

    chains = {buyer: upstream(buyer) for buyer in list(suppliers_of)}
    assert any(buyer in chain for buyer, chain in chains.items())
    assert max(max(chain.values(), default=0) for chain in chains.values()) >= 4


# --- loaded ---


@pytest.fixture(scope="module")
def loaded_once(folder, module_database, command, dbt) -> None:
    """The bundle in a database whose industries stand."""
    dbt("build", "--select", "+industry_models")
    command("load", folder, expect=3)


@pytest.fixture
def loaded(loaded_once, connection):
    return connection


@pytest.fixture(scope="module")
def built(loaded_once, dbt) -> None:
    dbt("build", "--exclude-resource-type", "test", "unit_test")


def test_only_the_broken_lines_are_rejected(loaded, folder):
    lines = len((folder / "metric_observations.csv").read_text(encoding="utf-8").splitlines())
    rejected = loaded.execute("select file, line from raw.rejected_rows order by line").fetchall()
    last = range(lines - len(BROKEN) + 1, lines + 1)
    assert rejected == [("metric_observations.csv", line) for line in last]


def test_every_row_arrives(loaded, bundle):
    for table, rows in bundle.items():
        place = f"raw.{table}" if table == "metric_observations" else table
        assert loaded.execute(f"select count(*) from {place}").fetchone()[0] == len(rows), table
    empty = [
        table
        for table in documented_columns().keys() - PUBLISHED
        if loaded.execute(f"select not exists (select from {table})").fetchone()[0]
    ]
    assert not empty


def test_staging_rejects_the_dirt_and_nothing_else(loaded, built):
    reasons = loaded.execute(
        "select rejection_reason, count(*) from staging.rejected_observations group by rejection_reason"
    ).fetchall()
    assert dict(reasons) == {reason: len(wrongs) for reason, wrongs in DIRT.items()}


# --- the questions of the documentation, on the demo ---

QUESTIONS = PROJECT / "docs" / "questions.md"
# The SQL, and the table that answers it.
ANSWERED = re.compile(r"^```sql\n((?:[^`].*\n)*)```\n\n((?:\|.*\n)*)", re.MULTILINE)


def answer(connection: psycopg.Connection, query: str) -> str:
    """What an analyst is answered, as a table in Markdown."""
    with connection.transaction(force_rollback=True):
        connection.execute("set local role blipee_analyst")
        found = connection.execute(query)
        names, rows = [column.name for column in found.description], found.fetchall()
    lines = [names, ["---"] * len(names), *([cell(value) for value in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(value: object) -> str:
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def test_there_are_ten_questions():
    text = QUESTIONS.read_text()
    assert re.findall(r"^## (\d+)\. .+\?$", text, re.MULTILINE) == [str(number) for number in range(1, 11)]
    assert len(ANSWERED.findall(text)) == 10


def test_the_questions_have_the_answers_that_are_written_there(loaded, built):
    """BLIPEE_UPDATE=1 writes the answers anew, for somebody to read them."""
    text = QUESTIONS.read_text()
    answered = ANSWERED.sub(lambda found: f"```sql\n{found[1]}```\n\n{answer(loaded, found[1])}", text)
    if os.environ.get("BLIPEE_UPDATE"):
        QUESTIONS.write_text(answered)
    for query, table in ANSWERED.findall(answered):
        assert table.count("\n") > 2, query  # something is answered
    assert text == answered
