"""Nothing that goes wrong shows a value: canaries are planted, rules broken, all that is said searched."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from conftest import EXTERNAL, PROJECT
from dbt.cli.main import dbtRunner
from personas import populate
from worlds import AS_OF, BUILD, SOME_REJECTED, Bundle, at, identifier

pytestmark = pytest.mark.database

CANARY = "canary"  # in every name and free text that anybody gave
METRIC = f"{CANARY}_metric"
MEMBERS = [f"{CANARY} {number}" for number in range(12)]
VALUES = [73_100_000 + 77_777 * number for number in range(12)]
IDENTIFIERS = [str(identifier(member)) for member in MEMBERS]

# What builds break, a rule for each kind of error that quotes the row or its key: table -> (rule, statement).
PLANTED = {
    "three": {
        "industry_benchmarks": (
            "planted_check",
            "alter table {} add constraint planted_check check (sample_size < 0)",
        ),
        "network_benchmarks": (
            "planted_not_null",
            "alter table {} add planted_not_null text not null",
        ),
        "network_intelligence_cache": (
            "planted_unique",
            "create unique index planted_unique on {} (cache_type)",
        ),
    },
    "one more": {
        "network_benchmarks": (
            "planted_foreign_key",
            "create table nobody (name text primary key); "
            "alter table {} add constraint planted_foreign_key foreign key (metric_name) references nobody",
        ),
    },
}
UPROOTED = """
    alter table industry_benchmarks drop constraint if exists planted_check;
    alter table network_benchmarks drop column if exists planted_not_null;
    drop index if exists planted_unique;
    alter table network_benchmarks drop constraint if exists planted_foreign_key;
    drop table if exists nobody;
"""


@dataclass(frozen=True)
class Told:
    """What a dbt run left behind, and how its models ended."""

    places: dict[str, str]  # the console, and each file of target/ and logs/
    messages: dict[str, str]  # model -> its error

    def places_of(self, *canaries: str) -> set[str]:
        return {place for place, text in self.places.items() if any(canary in text for canary in canaries)}


@pytest.fixture(scope="module")
def world(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Members who publish a metric, every other text hostile; gives the canaries."""
    bundle = Bundle()
    bundle.metric(METRIC)
    for name, value in zip(MEMBERS, VALUES, strict=True):
        bundle.member(name, industry="11")
        for period in ("2023", "2024"):
            bundle.observe(name, METRIC, value, period=period, site=CANARY, status=CANARY)
        bundle.observe(name, CANARY, value, period=CANARY, unit=CANARY)
        bundle.observe(name, METRIC, value, period=f"2024-{CANARY}", unit=CANARY)
        bundle.observe(name, METRIC, CANARY)
    with psycopg.connect(autocommit=True) as connection:
        dbt("build", "--select", "+path:models/catalogue", "--exclude-resource-type", "unit_test")
        populate(connection)
        bundle.load(tmp_path_factory.mktemp("leaks"), expect=SOME_REJECTED)
    return [CANARY, *IDENTIFIERS, *map(str, VALUES)]


@pytest.fixture
def build(
    world: list[str], dbt: Callable, tmp_path: Path, capfd: pytest.CaptureFixture
) -> Callable[..., Told]:
    """``build(*arguments)``: dbt, as talkative as it gets, into directories of the test's own."""

    def run(*arguments: str) -> Told:
        manifest = dbt("parse").result
        capfd.readouterr()
        (tmp_path / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
        places = ["--project-dir", PROJECT, "--profiles-dir", tmp_path, "--log-level", "debug"]
        places += ["--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
        result = dbtRunner(manifest=manifest).invoke([*arguments, *map(str, places), *at(AS_OF)])
        assert result.exception is None
        console = "".join(capfd.readouterr())
        assert "Finished running" in console
        written = {
            str(path.relative_to(tmp_path)): path.read_text(errors="replace")
            for top in ("target", "logs")
            for path in (tmp_path / top).rglob("*")
            if path.is_file()
        }
        assert {"target/run_results.json", "logs/dbt.log"} < set(written)
        messages = {each.node.name: each.message for each in result.result if each.status == "error"}
        return Told({"console": console} | written, messages)

    return run


@pytest.fixture(params=PLANTED)
def planted(
    world: list[str], connection: psycopg.Connection, request: pytest.FixtureRequest
) -> Iterator[tuple[dict[str, str], list[str]]]:
    """A build breaks rules; gives these by table, and the canaries, the published figures among them."""
    connection.execute("set client_min_messages = warning")
    figures = {
        figure
        for (figures,) in connection.execute("select figures from ledger.releases")
        for key, figure in figures.items()
        if key in ("mean", "median")
    }
    assert figures
    connection.execute(
        "truncate industry_benchmarks, network_benchmarks, network_intelligence_cache; "
        "truncate last_build.metric_periods"
    )
    rules = PLANTED[request.param]
    for table, (_, statement) in rules.items():
        connection.execute(statement.format(table))
    yield {table: rule for table, (rule, _) in rules.items()}, [*world, *map(str, figures)]
    connection.execute(UPROOTED)


def test_a_build_of_hostile_texts_succeeds_and_shows_none(world, build, connection) -> None:
    told = build(*BUILD)
    assert told.messages == {}
    assert connection.execute(
        "select count(*) from industry_benchmarks where metric_name = %s", [METRIC]
    ).fetchone() == (2,)
    rejected = connection.execute(
        "select count(distinct rejection_reason) from staging.rejected_observations"
    ).fetchone()
    assert rejected[0] >= 2
    assert told.places_of(*world) == set()


def test_a_build_that_breaks_rules_shows_no_value(planted, build, connection) -> None:
    rules, canaries = planted
    told = build("run")
    assert set(told.messages) == set(rules)
    for model, rule in rules.items():
        assert rule in told.messages[model]
    assert told.places_of(*canaries, "Failing row", "Key (") == set()

    # The same without row security: what the search would find.
    for table in rules:
        connection.execute(f"alter table {table} disable row level security")
    try:
        told = build("run")
    finally:
        for table in rules:
            connection.execute(f"alter table {table} enable row level security")
    assert set(told.messages) == set(rules)
    for message in told.messages.values():
        assert "Failing row contains (" in message or "Key (" in message
    assert {"console", "logs/dbt.log", "target/run_results.json"} <= told.places_of(*canaries)


def test_the_documentation_is_one_page_without_a_value(world, dbt, tmp_path) -> None:
    manifest = dbt("parse").result
    (tmp_path / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
    (tmp_path / "target").mkdir()
    manifest.writable_manifest().write(str(tmp_path / "target" / "manifest.json"))  # as whoever parses does
    places = ["--project-dir", PROJECT, "--profiles-dir", tmp_path, "--quiet"]
    places += ["--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    arguments = ["docs", "generate", "--static", "--no-compile", *map(str, places)]
    assert dbtRunner(manifest=manifest).invoke(arguments).success
    page = (tmp_path / "target" / "static_index.html").read_text()
    catalog = json.loads((tmp_path / "target" / "catalog.json").read_text())

    made = {name for name, node in manifest.nodes.items() if node.resource_type in ("model", "seed")}
    assert {"model.blipee_benchmarks.benchmarks", "model.blipee_benchmarks.topic_coverage"} < made
    assert made == set(catalog["nodes"])  # the writer sees all of them
    assert [name for name in made if f'"{name}"' not in page] == []
    assert not [canary for canary in world if canary in page]
    # Nothing is fetched; dbt's page has a tracker, which the project's flag switches off.
    assert not re.search(r"""<(script|link|img|iframe)[^>]*(src|href)=["']?(https?:)?//""", page)
    assert '"send_anonymous_usage_stats": false' in page


BENCHMARK = """
    insert into industry_benchmarks (industry_code, metric_name, metric_type, period, statistics, sample_size)
    values ({code}, '{canary}', 't', '2024', '{{}}', {size})
"""
BREAKING = {
    "23502": BENCHMARK.format(code="'11'", canary=CANARY, size="null"),
    "23503": BENCHMARK.format(code=f"'{CANARY}'", canary=CANARY, size=5),
    "23505": """
        insert into industry_models (industry_code, industry_name, model_type, configuration, material_topics)
        select industry_code, industry_name, model_type, configuration, material_topics from industry_models
        order by industry_code desc
    """,
    "23514": BENCHMARK.format(code="'11'", canary=CANARY, size=-1),
}


@pytest.mark.parametrize("state", BREAKING)
def test_the_servers_reply_to_the_writer_quotes_nothing(state, world, connection) -> None:
    def reply() -> str:
        with pytest.raises(psycopg.Error) as raised, connection.transaction():
            connection.execute(BREAKING[state])
        diagnosis = raised.value.diag
        assert diagnosis.sqlstate == state
        fields = [name for name in dir(diagnosis) if not name.startswith("_")]
        return " ".join(str(getattr(diagnosis, name)) for name in fields)

    assert CANARY in reply()  # what the owner is told
    connection.execute("set role blipee_writer")
    assert CANARY not in reply()


@pytest.mark.parametrize(
    ("table", "rule", "outcome"),
    [("raw.metric_observations", "check (value < 0)", 1), ("network_nodes", "check (false)", SOME_REJECTED)],
)
def test_a_load_that_breaks_a_rule_shows_no_value(
    table, rule, outcome, world, connection, command, tmp_path
) -> None:
    bundle = Bundle()
    bundle.member(f"another {CANARY}", consents=())
    bundle.observe(f"another {CANARY}", METRIC, VALUES[0])
    connection.execute(f"alter table {table} add constraint planted_load {rule} not valid")
    try:
        done = command("load", bundle.write(tmp_path), expect=outcome)
    finally:
        connection.execute(f"alter table {table} drop constraint planted_load")
    assert outcome == SOME_REJECTED or "planted_load" in done.stderr
    assert not [canary for canary in world if canary in done.stdout + done.stderr]


@pytest.mark.skipif(EXTERNAL, reason="somebody else's server logs what its owner decides")
def test_the_embedded_servers_own_log_quotes_nothing(world, connection) -> None:
    for statement in BREAKING.values():
        with pytest.raises(psycopg.Error):
            connection.execute(statement)
    home = Path(connection.execute("show data_directory").fetchone()[0]).parent
    log = (home / "server.log").read_text()
    assert "violates" in log
    assert not [canary for canary in world if canary in log]
