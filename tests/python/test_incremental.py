"""A build works out what changed and nothing else, and always ends where a build from scratch would.

The story below is told once, build after build; the tests look at what stood in the database after each.
Each thing that happens has organisations and a metric of its own, so that one build shows all of them apart.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import psycopg
import pytest
from conftest import PROJECT, run_command
from oracle import expected_cells
from worlds import AGAIN, AS_OF, BUILD, SEED, Bundle, at, identifier, query

EXPIRY = AS_OF + timedelta(days=10)
PUBLISHED = {
    "industry_benchmarks": "industry_code, metric_name, period, sample_size, statistics::text",
    "network_benchmarks": (
        "benchmark_type, industry, metric_name, period, participant_count, statistics::text, confidence_level"
    ),
}

# Row versions by (metric, period): a row that is written again stands elsewhere, under another transaction.
Versions = dict[tuple[str, str], set[tuple]]


@dataclass(frozen=True)
class State:
    """What stood in the database after a build."""

    contributions: Versions
    cells: Versions
    documented: dict[str, set[tuple]]
    contributors: dict[tuple[str, str], set]
    counts: dict[str, dict[str, int]]
    published: dict[str, set[str]]  # metric -> kinds of benchmark
    network: dict[tuple, tuple]  # key -> (expires_at, created_at)
    rejected: dict[str, int]  # metric -> rows
    relations: set[tuple[str, int]]  # name and number, of which one that is made again gets another

    def changed_since(self, before: "State") -> set[tuple[str, str]]:
        """The metrics and periods of which a row was written."""
        return changes(before.contributions, self.contributions) | changes(before.cells, self.cells)


def changes(before: Versions, after: Versions) -> set[tuple[str, str]]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def documented_tables(connection: psycopg.Connection) -> list[str]:
    return [
        row[0] for row in query(connection, "select tablename from pg_tables where schemaname = 'public'")
    ]


def look(connection: psycopg.Connection) -> State:
    def grouped(statement: str) -> dict:
        found: dict = {}
        for metric, period, *rest in query(connection, statement):
            found.setdefault((metric, period), set()).add(tuple(rest))
        return found

    row = "select metric_name, period, ctid::text, xmin::text from"
    return State(
        contributions=grouped(f"{row} contributions.contributions"),
        cells=grouped(f"{row} disclosure.cells union all {row} disclosure.judged_cells"),
        documented={
            name: set(query(connection, f"select ctid::text, xmin::text from public.{name}"))
            for name in documented_tables(connection)
        },
        contributors={
            key: {contributor for (contributor,) in rows}
            for key, rows in grouped(
                "select metric_name, period, contributor_id from contributions.contributions"
            ).items()
        },
        counts={
            metric: dict(counts)
            for metric, counts in query(
                connection,
                """
                select metric_name, jsonb_object_agg(
                  concat_ws(' ', cell_type, case when cell_type = 'industry' then cell_key end),
                  contributor_count
                ) from disclosure.cells where cell_type <> 'direct' group by metric_name
                """,
            )
        },
        published={
            metric: set(kinds)
            for metric, kinds in query(
                connection,
                """
                select metric_name, array_agg(kind) from (
                  select metric_name, split_part(benchmark_type, ':', 1) as kind from network_benchmarks
                  union all
                  select metric_name, industry_code from industry_benchmarks
                ) as both_tables
                group by metric_name
                """,
            )
        },
        network={
            tuple(key): (expires_at, created_at)
            for *key, expires_at, created_at in query(
                connection,
                "select benchmark_type, industry, metric_name, period, expires_at, created_at "
                "from network_benchmarks",
            )
        },
        rejected=dict(
            query(connection, "select metric_name, count(*) from staging.rejected_observations group by 1")
        ),
        relations=set(
            query(connection, "select oid::regclass::text, oid from pg_class where relkind in ('r', 'v')")
        ),
    )


# --- the story ---


def crowd(bundle: Bundle, metric: str, size: int, *, known: bool = True, **about: object) -> list[str]:
    """A metric that ``size`` organisations of its own report, each another value."""
    names = [f"{metric} {number}" for number in range(size)]
    if known:
        bundle.metric(metric)
    for number, name in enumerate(names):
        bundle.member(name, **about)
        bundle.observe(name, metric, 100 + 7 * number)
    return names


def opening() -> Bundle:
    bundle = Bundle()
    for code in ("left", "joined", "withdrawn"):
        bundle.add("industry_models", industry_code=code, industry_name=code)
    bundle.add("network_peer_groups", group_name="club", industry="any")
    crowd(bundle, "still", 5)
    for name in crowd(bundle, "restated", 5):
        bundle.observe(name, "restated", 50, period="2023")
        bundle.observe(name, "restated", 50, period="2023-Q1")
    crowd(bundle, "withdrawn", 5, industry="withdrawn")
    crowd(bundle, "unshared", 5)
    for name in crowd(bundle, "expiring", 5, consents=()):
        bundle.consent(name, "energy", until=EXPIRY.isoformat() if name == "expiring 0" else None)
    crowd(bundle, "moved", 5, industry="left")
    for number in range(5, 9):
        bundle.member(f"moved {number}", industry="joined")
        bundle.observe(f"moved {number}", "moved", 100 + 7 * number)
    for name in crowd(bundle, "grouped", 5)[:4]:
        bundle.add("network_peer_group_members", group_name="club", organization_id=name)
    crowd(bundle, "bought", 6)
    crowd(bundle, "late", 5, known=False)
    crowd(bundle, "newcomer", 4)
    bundle.observe("newcomer 4", "newcomer", 5)
    bundle.metric("hen", component_of="egg")
    bundle.metric("egg", component_of="hen")
    for number, name in enumerate(crowd(bundle, "hen", 5, known=False)):
        bundle.observe(name, "egg", 200 + 9 * number)
    return bundle


def turn(bundle_folder: Path, connection: psycopg.Connection) -> None:
    """Everything that happens between the third build and the one before."""
    news = Bundle()
    news.observe("restated 3", "restated", 999)
    news.consent("withdrawn 0", "energy", given=False)
    news.add("network_nodes", organization_id="unshared 0", node_name="any", data_sharing_level="none")
    news.add("organization_industries", organization_id="moved 0", primary_industry="joined")
    news.add("network_peer_group_members", group_name="club", organization_id="grouped 4")
    news.belongs_to("bought 0", "bought 1")
    news.metric("late")
    news.member("newcomer 4")
    news.load(bundle_folder)


@dataclass
class Story:
    """The states after each build, by name."""

    after: dict[str, State] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    told = Story()
    with psycopg.connect(autocommit=True) as connection:
        opening().load(folder)
        dbt(*BUILD, *at(AS_OF))
        told.after["opening"] = look(connection)
        opening().load(folder)
        dbt(*BUILD, *at(AS_OF + timedelta(hours=1)))
        told.after["nothing"] = look(connection)
        turn(folder, connection)
        dbt("run", *at(AS_OF + timedelta(hours=2)))
        told.after["turn"] = look(connection)
        dbt("run", *at(EXPIRY))
        told.after["expiry"] = look(connection)
        dbt("run", *at(AS_OF + timedelta(days=16)))
        told.after["half-life"] = look(connection)
    return told


def test_a_build_after_no_change_writes_nothing(story: Story) -> None:
    before, after = story.after["opening"], story.after["nothing"]
    assert after.documented == before.documented
    assert after.changed_since(before) == set()
    # What this would be blind without: rows in every table that dbt writes.
    for table in (*PUBLISHED, "network_intelligence_cache", "gri_standards", "industry_models"):
        assert before.documented[table]


def test_metrics_that_are_part_of_each_other_end_no_build(story: Story) -> None:
    assert {"hen", "egg"} <= story.after["opening"].published.keys()


def test_no_build_makes_a_table_or_view_again(story: Story) -> None:
    """Or it would take with it what somebody else made on it."""
    for state in story.after.values():
        assert state.relations == story.after["opening"].relations


def test_a_changed_model_takes_the_place_of_what_stands(told: psycopg.Connection, dbt: Callable) -> None:
    told.execute("create schema elsewhere; create view elsewhere.own as select * from marts.benchmarks")
    told.execute("comment on view marts.benchmarks is 'of other code'")
    told.execute("drop view marts.benchmark_statistics; create view marts.benchmark_statistics as select 1")
    told.execute("alter view marts.benchmark_statistics owner to blipee_writer")
    told.execute("alter table disclosure.changed_outcomes add other text")
    told.execute("comment on table disclosure.changed_outcomes is 'of other code'")
    told.execute("comment on table disclosure.release_proposals is 'of other code'")  # a view reads it
    told.execute("insert into disclosure.release_candidates default values")
    shapes = (
        "select attrelid::regclass::text, array_agg(attname order by attnum) from pg_attribute "
        "where attrelid::regclass::text = any(%s) and attnum > 0 and not attisdropped group by 1"
    )
    models = ("marts.benchmarks", "marts.benchmark_statistics", "disclosure.changed_outcomes")
    empty = "select pg_relation_filenode('disclosure.mean_proposals')"
    before, before_empty = dict(query(told, shapes, list(models))), query(told, empty)
    marked = ("benchmarks", "benchmark_statistics", "changed_outcomes+", "release_proposals")
    dbt("run", "--select", *marked, "release_candidates", "released_overlaps", "mean_proposals", *at(EXPIRY))
    after = dict(query(told, shapes, list(models)))
    assert after["marts.benchmarks"] == before["marts.benchmarks"]
    assert "statistic" in after["marts.benchmark_statistics"]
    assert after["disclosure.changed_outcomes"] == before["disclosure.changed_outcomes"][:-1]
    assert query(told, "select to_regclass('disclosure.released_overlaps') is not null") == [(True,)]
    assert query(told, "select count(*) from disclosure.release_candidates") == [(0,)]
    assert query(told, empty) == before_empty
    assert query(told, "select count(*) from elsewhere.own") == query(
        told, "select count(*) from marts.benchmarks"
    )
    may_read = "select has_table_privilege('blipee_analyst', 'marts.benchmark_statistics', 'select')"
    assert query(told, may_read) == [(True,)]
    told.execute("drop schema elsewhere cascade")


def test_a_build_works_out_what_changed_and_nothing_else(story: Story) -> None:
    assert story.after["turn"].changed_since(story.after["nothing"]) == {
        (metric, "2024")
        for metric in ("restated", "withdrawn", "unshared", "moved", "grouped", "bought", "late", "newcomer")
    }
    assert story.after["expiry"].changed_since(story.after["turn"]) == {("expiring", "2024")}
    assert story.after["half-life"].changed_since(story.after["expiry"]) == set()
    # Restated was 2024 only; the others stand as they were.
    assert {("restated", "2023"), ("restated", "2023-Q1"), ("still", "2024")} <= set(
        story.after["opening"].contributions
    )


@pytest.mark.parametrize(
    ("metric", "before", "after", "build"),
    [
        ("withdrawn", {"network", "industry", "withdrawn"}, set(), "turn"),
        ("unshared", {"network"}, set(), "turn"),
        ("expiring", {"network"}, set(), "expiry"),
    ],
)
def test_who_leaves_leaves_every_cell_in_the_next_build(
    story: Story, metric: str, before: set[str], after: set[str], build: str
) -> None:
    assert story.after["nothing"].published[metric] == before
    assert story.after[build].published.get(metric, set()) == after
    assert identifier(f"{metric} 0") in story.after["nothing"].contributors[metric, "2024"]
    assert story.after[build].contributors[metric, "2024"] == {
        identifier(f"{metric} {number}") for number in range(1, 5)
    }


@pytest.mark.parametrize(
    ("metric", "before", "after"),
    [
        (
            "moved",
            {"network": 9, "industry left": 5, "industry joined": 4},
            {"network": 9, "industry left": 4, "industry joined": 5},
        ),
        ("grouped", {"network": 5, "peer_group": 4}, {"network": 5, "peer_group": 5}),
        ("late", {}, {"network": 5}),
        ("newcomer", {"network": 4}, {"network": 5}),
        ("bought", {"network": 6}, {"network": 5}),
    ],
)
def test_who_moves_joins_or_comes_late_is_counted_where_it_belongs(
    story: Story, metric: str, before: dict[str, int], after: dict[str, int]
) -> None:
    """In the private cells; what of it is shown depends on what was shown before."""
    assert story.after["nothing"].counts.get(metric, {}) == before
    assert story.after["turn"].counts[metric] == after


def test_a_subsidiary_goes_over_to_its_new_parent(story: Story) -> None:
    bought = {identifier(f"bought {number}") for number in range(6)}
    assert story.after["nothing"].contributors["bought", "2024"] == bought
    assert story.after["turn"].contributors["bought", "2024"] == bought - {identifier("bought 0")}


def test_a_metric_or_organisation_added_later_takes_its_rows_out_of_rejected(story: Story) -> None:
    assert story.after["nothing"].rejected == {"late": 5, "newcomer": 1}
    assert story.after["turn"].rejected == {}


def test_an_expiry_is_renewed_after_half_of_its_life(story: Story) -> None:
    first, expiry, half_life = (story.after[name].network for name in ("nothing", "expiry", "half-life"))
    still = ("network", None, "still", "2024")
    assert first[still] == (AS_OF + timedelta(days=30), AS_OF)
    assert expiry[still] == first[still]
    assert set(half_life.values()) == {(AS_OF + timedelta(days=46), AS_OF + timedelta(days=16))}


# --- from scratch ---


def contents(connection: psycopg.Connection) -> dict[str, list[tuple]]:
    """All that a build works out, to the last bit and digit, but for when."""
    statements = {
        "contributions": "select c::text from contributions.contributions c",
        # Which contributor stands first in a cell is of no meaning.
        "cells": "select (to_jsonb(c) - 'contributors' - 'value_digests')::text from disclosure.cells c",
        "judged": "select j::text from disclosure.judged_cells j",
        "releases": "select r::text from disclosure.releases r",
        **{table: f"select {columns} from {table}" for table, columns in PUBLISHED.items()},
    }
    return {name: sorted(map(str, query(connection, text))) for name, text in statements.items()}


def shape(connection: psycopg.Connection) -> dict[str, list[tuple]]:
    """What makes the documented tables what they are: identity, columns, constraints, indexes, triggers."""
    in_public = "in (select oid from pg_class where relnamespace = 'public'::regnamespace)"
    columns = "attrelid, attname, atttypid, attnotnull, atthasdef"
    statements = {
        "tables": f"select relname, oid, relkind, relrowsecurity from pg_class where oid {in_public}",
        "columns": f"select {columns} from pg_attribute where attrelid {in_public}",
        "constraints": f"select oid, conname, convalidated from pg_constraint where conrelid {in_public}",
        "triggers": f"select oid from pg_trigger where tgrelid {in_public}",
    }
    return {name: sorted(map(str, query(connection, text))) for name, text in statements.items()}


def assert_same_from_scratch(connection: psycopg.Connection, dbt: Callable, moment: datetime) -> None:
    incremental, before = contents(connection), shape(connection)
    assert all(incremental.values())
    connection.execute(
        "truncate last_build.counted_organizations, last_build.cell_members, last_build.metric_periods"
    )
    dbt("run", "--full-refresh", *at(moment))
    scratch = contents(connection)
    for name in incremental:
        assert incremental[name] == scratch[name], f"{name} {AGAIN}"
    # A full refresh is where dbt would make the documented tables anew, without constraints.
    assert shape(connection) == before


@pytest.fixture
def told(story: Story) -> Iterator[psycopg.Connection]:
    """A connection to the database in which the story has been told."""
    with psycopg.connect(autocommit=True) as connection:
        yield connection


# --- what says who is counted ---

READ_BY = {
    "organization_industries": "staging.stg_organization_industries",
    "network_nodes": "staging.stg_network_nodes",
    "network_edges": "staging.stg_network_edges",
    "network_privacy_settings": "contributions.eligible_organizations",
    "network_peer_group_members": "staging.stg_peer_group_members",
}


@pytest.fixture(scope="module")
def input_versions(story: Story, dbt: Callable) -> str:
    """The query of the versions of all inputs, as of the expiry of a consent."""
    (compiled,) = dbt("compile", "--select", "input_versions", *at(EXPIRY)).result.results
    return compiled.node.compiled_code


def changed_by(
    connection: psycopg.Connection, statement: str, before: str, after: str | None = None
) -> set[str]:
    """The inputs of which another version is found after the statement, which is rolled back."""
    with connection.transaction(force_rollback=True):
        connection.execute("set local session_replication_role = replica")  # nothing else goes with the row
        found = dict(query(connection, before))
        connection.execute(statement)
        left = dict(query(connection, after or before))
        assert None not in left.values()  # last_build takes no NULL
        return {name for name, versions in left.items() if found[name] != versions}


@pytest.mark.parametrize("statement", ["update {} set id = id", "delete from {}"])
@pytest.mark.parametrize("table", READ_BY)
def test_whoever_writes_what_says_who_is_counted_is_noticed(
    told: psycopg.Connection, input_versions: str, table: str, statement: str
) -> None:
    """Also who writes a row as it was, as nobody looks at what stands in it."""
    one = f" where ctid = (select min(ctid) from {table})"
    assert changed_by(told, statement.format(table) + one, input_versions) == {table}


@pytest.mark.parametrize(
    ("statement", "noticed"),
    [
        (
            "delete from organizations where id = any(array(select id from organizations limit 1))",
            {"organizations"},
        ),
        ("delete from organizations", {"organizations"}),
        ("update organizations set name = 'another'", set()),
        ("update contributions.industry_cells set is_lowest = not is_lowest", {"industry_cells"}),
        ("update contributions.industry_cells set is_lowest = is_lowest", set()),
    ],
)
def test_of_organisations_and_industries_the_content_counts(
    told: psycopg.Connection, input_versions: str, statement: str, noticed: set[str]
) -> None:
    assert changed_by(told, statement, input_versions) == noticed


@pytest.mark.parametrize("table", READ_BY)
def test_another_query_of_who_is_counted_is_noticed(
    told: psycopg.Connection, input_versions: str, table: str
) -> None:
    statement = f"comment on view {READ_BY[table]} is 'of other code'"
    assert changed_by(told, statement, input_versions) == {table}


@pytest.mark.parametrize("before", [-1, 1])
def test_a_consent_that_begins_or_ends_is_noticed_whichever_way_time_goes(
    told: psycopg.Connection, input_versions: str, before: int
) -> None:
    other = (EXPIRY - timedelta(seconds=1)).isoformat()
    earlier = input_versions.replace(EXPIRY.isoformat(), other)
    assert earlier != input_versions
    queries = (earlier, input_versions)[::before]
    assert changed_by(told, "select", *queries) == {"network_privacy_settings"}


def test_every_input_is_looked_at(dbt: Callable, story: Story) -> None:
    manifest = dbt("parse").result

    def upstream(name: str) -> set[str]:
        reads = getattr(getattr(manifest.nodes.get(name), "depends_on", None), "nodes", [])
        return {name}.union(*map(upstream, reads))

    def tables(*models: str) -> set[str]:
        found = set().union(*(upstream(f"model.blipee_benchmarks.{model}") for model in models))
        return {name for name in found if name.startswith(("source.", "seed."))}

    looked_at = manifest.nodes["model.blipee_benchmarks.input_versions"].depends_on.nodes
    direct = {name for name in looked_at if name.startswith("source.")}
    whole = tables("industry_cells", "stg_organizations")  # of these the content is compared
    assert tables("eligible_organizations", "current_cell_members") == direct | whole


# --- a random sequence of changes, against the oracle after each build and against scratch at the end ---

STEPS, CHANGES = 4, 7


class Life:
    """A bundle that changes at random, and is loaded again as a whole after each change."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.bundle = Bundle()
        self.as_of = AS_OF
        self.numbers = count()
        for code, above in (("life", None), ("life 1", "life"), ("life 2", "life")):
            self.bundle.add(
                "industry_models", industry_code=code, industry_name=code, parent_industry_code=above
            )
        for group in ("life a", "life b"):
            self.bundle.add("network_peer_groups", group_name=group, industry="any")
        for number in range(5):
            self.bundle.metric(f"life {number}", aggregation=("sum", "mean", "latest")[number % 3])
        for _ in range(45):
            self.somebody_comes()

    def one_of(self, table: str) -> dict:
        rows = self.bundle.tables[table]
        return rows[self.random.integers(len(rows))]

    def somebody_comes(self) -> None:
        name = f"life {next(self.numbers)}"
        self.bundle.member(name, industry=f"life {self.random.integers(1, 3)}")
        if self.random.random() < 0.5:
            group = str(self.random.choice(["life a", "life b"]))
            self.bundle.add("network_peer_group_members", group_name=group, organization_id=name)
        for number in range(5):
            if self.random.random() < 0.5:
                self.reports(name, f"life {number}")

    def reports(self, name: str, metric: str) -> None:
        day = AS_OF - timedelta(days=1 + next(self.numbers))
        self.bundle.observe(
            name, metric, self.value(), period=str(self.random.choice(["2023", "2024"])),
            site=str(self.random.integers(3)), quality=0.5, reported_at=day.isoformat(),
        )  # fmt: skip

    def value(self) -> float:
        return float(self.random.lognormal(3, 1))

    def a_value_is_restated(self) -> None:
        self.one_of("metric_observations")["value"] = self.value()

    def somebody_reports(self) -> None:
        self.reports(self.one_of("organizations")["organization_id"], self.one_of("metrics")["metric_name"])

    def a_consent_ends(self) -> None:
        setting = self.one_of("network_privacy_settings")
        setting["consent_given"] = False

    def a_consent_begins(self) -> None:
        setting = self.one_of("network_privacy_settings")
        setting |= {"consent_given": True, "sharing_level": "public", "expires_at": None}

    def a_consent_gets_an_end(self) -> None:
        end = self.as_of + timedelta(days=int(self.random.integers(3)))
        self.one_of("network_privacy_settings")["expires_at"] = end.isoformat()

    def a_node_shares_otherwise(self) -> None:
        level = str(self.random.choice(["full", "none"]))
        self.one_of("network_nodes")["data_sharing_level"] = level

    def somebody_changes_industry(self) -> None:
        self.one_of("organization_industries")["primary_industry"] = f"life {self.random.integers(1, 3)}"

    def somebody_joins_a_group(self) -> None:
        name = self.one_of("organizations")["organization_id"]
        member = {"group_name": "life a", "organization_id": name}
        if member not in self.bundle.tables["network_peer_group_members"]:
            self.bundle.add("network_peer_group_members", **member)

    def somebody_is_bought(self) -> None:
        """By the next one, so that nobody ends up above itself."""
        numbers = [row["organization_id"] for row in self.bundle.tables["organizations"]]
        place = int(self.random.integers(len(numbers) - 1))
        owned = {edge["source_organization_id"] for edge in self.bundle.tables["network_edges"]}
        if numbers[place] not in owned:
            self.bundle.belongs_to(numbers[place], numbers[place + 1])

    def a_metric_is_read_otherwise(self) -> None:
        self.one_of("metrics")["aggregation"] = str(self.random.choice(["sum", "mean", "latest"]))

    def time_passes(self) -> None:
        self.as_of += timedelta(days=1)

    def goes_on(self) -> list[str]:
        """Let a few things happen; return their names."""
        possible = [
            self.somebody_comes, self.a_value_is_restated, self.somebody_reports, self.a_consent_ends,
            self.a_consent_begins, self.a_consent_gets_an_end, self.a_node_shares_otherwise,
            self.somebody_changes_industry, self.somebody_joins_a_group, self.somebody_is_bought,
            self.a_metric_is_read_otherwise, self.time_passes,
        ]  # fmt: skip
        happened = [possible[place] for place in self.random.choice(len(possible), CHANGES, replace=False)]
        for change in happened:
            change()
        return [change.__name__ for change in happened]


def test_any_sequence_of_changes_ends_where_a_build_from_scratch_would(
    told: psycopg.Connection, dbt: Callable, tmp_path: Path
) -> None:
    life = Life(np.random.default_rng(SEED))
    history = []
    for step in range(STEPS):
        history += life.goes_on() if step else []
        life.bundle.load(tmp_path)
        dbt("run", *at(life.as_of))
        assert differences(told, life) == {}, (history, AGAIN)
    assert_same_from_scratch(told, dbt, life.as_of)


def differences(connection: psycopg.Connection, life: Life) -> dict:
    """Cells of the life whose contributors or mean are not what the oracle expects."""
    groups = {
        str(group): name
        for group, name in query(connection, "select id, group_name from network_peer_groups")
    }
    found = {
        (kind, groups.get(key, key), metric, period): (number, mean)
        for kind, key, metric, period, number, mean in query(
            connection,
            "select cell_type, cell_key, metric_name, period, contributor_count, mean from disclosure.cells "
            "where metric_name like 'life%%'",
        )
    }
    expected = {
        key: (cell.contributors, pytest.approx(np.mean(cell.values), rel=1e-9))
        for key, cell in expected_cells(life.bundle, life.as_of).items()
    }
    return {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if found.get(key) != expected.get(key)
    }


# --- after a failure ---


@contextmanager
def broken(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """A table that refuses every new row."""
    connection.execute(
        "create function public.refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'broken on purpose'; end $$"
    )
    connection.execute(f"create trigger refuse before insert on {table} execute function public.refuse()")
    yield
    connection.execute("drop function public.refuse cascade")


def test_a_build_that_failed_half_way_is_repaired_by_the_next(
    told: psycopg.Connection, dbt: Callable, tmp_path: Path
) -> None:
    """Of two consents one ends and one begins, and both are taken back: only the failed build ever saw it."""
    moment = AS_OF + timedelta(days=17)
    leaver, comer = identifier("restated 0"), identifier("withdrawn 0")
    give = "update network_privacy_settings set consent_given = %s where organization_id = %s"
    for table in ("disclosure.cells", "last_build.counted_organizations"):
        news = Bundle()
        news.observe("still 0", "still", len(table))
        news.load(tmp_path)
        told.execute(give, (False, leaver))
        told.execute(give, (True, comer))
        with broken(told, table):
            dbt("run", *at(moment), expect_success=False)
        told.execute(give, (True, leaver))
        told.execute(give, (False, comer))
        dbt("run", *at(moment))
        repaired = look(told)
        assert (len(table),) in query(told, "select value from contributions.contributions")
        assert leaver in repaired.contributors["restated", "2024"], table
        assert comer not in repaired.contributors["withdrawn", "2024"], table
        assert "withdrawn" not in repaired.published, table
    assert_same_from_scratch(told, dbt, moment)


# --- without a bootstrap ---


def test_a_database_without_bootstrap_is_refused(
    template: str, empty_database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    (tmp_path / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
    places = ["--project-dir", PROJECT, "--profiles-dir", tmp_path]
    places += ["--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", "build", *places],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert 'run "python -m scripts.bootstrap" first' in said
    assert "Traceback" not in said
    assert documented_tables(connection) == []
    run_command("bootstrap")  # as it says, and nothing that dbt left is in the way
