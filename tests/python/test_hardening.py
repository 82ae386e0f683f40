"""The rules that later files add to the documented tables: each refuses what breaks it and nothing else."""

import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from click.testing import CliRunner
from conftest import PROJECT
from documented import TABLES
from worlds import SOME_REJECTED, Bundle

from scripts import bootstrap

FILES = sorted((PROJECT / "scripts" / "ddl").glob("*.sql"))
DOCUMENTED_TABLES = [table for tables in TABLES.values() for table in tables]


def key(number: int) -> str:
    return str(uuid.UUID(int=number))


ORGANIZATION, OTHER, AGENT, MODEL, NODE, TARGET, GROUP, CONSORTIUM, LISTING = map(key, range(1, 10))
NOW, LATER, EARLIER = "2025-06-30", "2025-07-01", "2025-06-29"

# The least that a row of each table needs; what a case changes comes on top.
ROWS = {
    "ml_models": {
        "organization_id": ORGANIZATION, "model_type": "optimization", "model_name": "m", "version": "2",
        "architecture": "{}",
    },
    "ml_features": {
        "organization_id": ORGANIZATION, "feature_set": "f", "features": "{}", "computed_at": NOW,
    },
    "ml_predictions": {
        "organization_id": ORGANIZATION, "model_id": MODEL, "prediction_type": "p", "input_data": "{}",
        "prediction": "{}",
    },
    "ml_training_jobs": {
        "organization_id": ORGANIZATION, "model_type": "m", "config": "{}", "created_at": NOW,
    },
    "ml_model_performance": {
        "organization_id": ORGANIZATION, "model_id": MODEL, "metric_type": "mae",
    },
    "gri_standards": {
        "standard_code": "GRI 99", "industry": "i", "version": "1", "topics": "[]", "requirements": "{}",
        "effective_date": NOW,
    },
    "industry_models": {
        "industry_code": "99", "industry_name": "i", "model_type": "m", "configuration": "{}",
        "material_topics": "[]",
    },
    "organization_industries": {"organization_id": ORGANIZATION, "primary_industry": "11"},
    "industry_benchmarks": {
        "industry_code": "11", "metric_name": "m", "metric_type": "t", "period": "2024", "statistics": "{}",
        "sample_size": 5,
    },
    "network_nodes": {"node_type": "supplier", "node_name": "n"},
    "network_edges": {
        "source_node_id": NODE, "target_node_id": TARGET, "edge_type": "supplies_to",
    },
    "network_privacy_settings": {
        "organization_id": ORGANIZATION, "data_category": "energy", "sharing_level": "network",
    },
    "network_peer_groups": {"group_name": "g", "industry": "11", "criteria": "{}"},
    "network_peer_group_members": {"peer_group_id": GROUP, "organization_id": ORGANIZATION},
    "network_benchmarks": {
        "benchmark_type": "network", "metric_name": "m", "period": "2024", "participant_count": 5,
        "statistics": "{}", "created_at": NOW, "expires_at": LATER,
    },
    "network_supplier_assessments": {
        "requester_org_id": ORGANIZATION, "supplier_node_id": NODE, "assessment_type": "a", "scores": "{}",
        "assessment_date": NOW, "valid_until": LATER,
    },
    "network_data_marketplace": {
        "provider_org_id": ORGANIZATION, "dataset_name": "d", "dataset_type": "t", "data_period": "2024",
        "access_type": "one_time", "listed_at": NOW,
    },
    "network_data_exchanges": {
        "listing_id": LISTING, "buyer_org_id": OTHER, "transaction_type": "t", "access_granted_at": NOW,
    },
    "network_consortiums": {
        "consortium_name": "c", "industry": "11", "charter": "{}", "governance": "{}",
    },
    "network_consortium_members": {
        "consortium_id": CONSORTIUM, "organization_id": ORGANIZATION, "member_role": "r",
    },
    "agent_ml_requests": {
        "agent_id": AGENT, "model_id": MODEL, "organization_id": ORGANIZATION, "request_type": "r",
        "input_data": "{}", "created_at": NOW,
    },
    "network_intelligence_cache": {
        "cache_key": "k", "cache_type": "t", "data": "{}", "created_at": NOW, "expires_at": LATER,
    },
    "regulatory_compliance": {
        "organization_id": ORGANIZATION, "regulation": "r", "jurisdiction": "j", "status": "s",
    },
}  # fmt: skip


def insert(connection: psycopg.Connection, table: str, **values: object) -> None:
    row = ROWS.get(table, {}) | values
    columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
    connection.execute(f"insert into {table} ({columns}) values ({places})", list(row.values()))


def insert_parents(connection: psycopg.Connection) -> None:
    """Make what the rows refer to."""
    for organization in (ORGANIZATION, OTHER):
        insert(connection, "organizations", id=organization, name="o")
    insert(connection, "autonomous_agents", id=AGENT, organization_id=ORGANIZATION, name="a")
    insert(connection, "ml_models", id=MODEL, version="1")
    for node in (NODE, TARGET):
        insert(connection, "network_nodes", id=node)
    insert(connection, "network_peer_groups", id=GROUP)
    insert(connection, "network_consortiums", id=CONSORTIUM)
    insert(connection, "network_data_marketplace", id=LISTING)
    insert(connection, "industry_models", industry_code="11")


# rule -> (table, what it refuses, what it lets pass)
Case = tuple[str, list[dict[str, object]], list[dict[str, object]]]
CASES: dict[str, Case] = {}


def cases(rule: str, columns: str, refused: list[object], accepted: list[object]) -> None:
    """Add the cases of a rule that stands on many columns, given as ``table.column`` in words."""
    for table, column in (name.split(".") for name in columns.split()):
        CASES[f"{table}_{column}_{rule}"] = (
            table, [{column: value} for value in refused], [{column: value} for value in accepted]
        )  # fmt: skip


cases(
    "from_0_to_1",
    """
    organization_industries.classification_confidence network_nodes.esg_score
    network_edges.relationship_strength network_edges.sustainability_score network_edges.risk_score
    network_peer_group_members.similarity_score network_benchmarks.confidence_level
    network_data_marketplace.quality_score
    """,
    [-0.01, 1.01, 9.99, "NaN"],
    [0, 0.5, 1, None],
)
cases(
    "not_negative",
    """
    industry_benchmarks.sample_size network_benchmarks.participant_count
    network_data_marketplace.price_credits network_data_exchanges.credits_exchanged
    network_consortium_members.voting_power
    """,
    [-1],
    [0, 1],
)
cases(
    "not_blank",
    """
    ml_models.model_name industry_models.industry_name industry_benchmarks.metric_name
    industry_benchmarks.period network_nodes.node_name network_peer_groups.group_name
    network_benchmarks.metric_name network_benchmarks.period network_data_marketplace.dataset_name
    network_data_marketplace.data_period network_consortiums.consortium_name
    """,
    ["", " ", "\t\n"],
    ["x", " two words "],
)
cases(
    "is_an_object",
    """
    ml_models.hyperparameters ml_features.metadata industry_models.configuration
    industry_benchmarks.statistics network_nodes.metadata network_edges.metadata network_peer_groups.criteria
    network_benchmarks.statistics network_data_marketplace.metadata
    """,
    ["[]", "1", '"text"', "true", "null"],
    ["{}", '{"key": null}'],
)
cases(
    "is_an_array",
    "gri_standards.topics industry_models.material_topics",
    ["{}", "1", '"text"', "true", "null"],
    ["[]", '["topic"]'],
)
cases(
    "is_no_scalar",
    """
    ml_models.architecture ml_models.performance_metrics ml_models.training_data_info ml_features.features
    ml_predictions.input_data ml_predictions.prediction ml_predictions.actual_value ml_training_jobs.config
    ml_training_jobs.metrics ml_model_performance.evaluation_data gri_standards.requirements
    industry_models.benchmarks organization_industries.material_topics organization_industries.custom_topics
    network_nodes.location network_edges.volume_info network_supplier_assessments.scores
    network_supplier_assessments.risks network_supplier_assessments.recommendations
    network_consortiums.charter network_consortiums.governance agent_ml_requests.input_data
    agent_ml_requests.prediction network_intelligence_cache.data regulatory_compliance.compliance_data
    """,
    ["1", '"text"', "true", "null"],
    ["{}", "[]"],
)
CASES |= {
    "network_privacy_settings_one_spelling_of_data_category": (
        "network_privacy_settings",
        [{"data_category": name} for name in ("Energy", "ENERGY", " energy", "energy\n", "", "1st", "a-b")],
        [{"data_category": name} for name in ("energy", "scope_3", "e")],
    ),
    "network_edges_no_self_edge": (
        "network_edges", [{"target_node_id": NODE}], [{"source_node_id": TARGET, "target_node_id": NODE}]
    ),
    "ml_training_jobs_starts_after_creation": (
        "ml_training_jobs", [{"started_at": EARLIER}], [{"started_at": NOW}, {"started_at": None}]
    ),
    "ml_training_jobs_completes_after_start": (
        "ml_training_jobs",
        [{"started_at": LATER, "completed_at": NOW}, {"completed_at": EARLIER}],
        [{"started_at": NOW, "completed_at": NOW}, {"completed_at": NOW}, {"started_at": LATER}],
    ),
    "network_privacy_settings_expires_after_consent": (
        "network_privacy_settings",
        [{"consent_date": NOW, "expires_at": NOW}, {"consent_date": NOW, "expires_at": EARLIER}],
        [{"consent_date": NOW, "expires_at": LATER}, {"expires_at": EARLIER}, {"consent_date": NOW}],
    ),
    "network_benchmarks_expires_after_creation": (
        "network_benchmarks", [{"expires_at": NOW}, {"expires_at": EARLIER}], [{"expires_at": LATER}]
    ),
    "network_supplier_assessments_valid_until_after_assessment": (
        "network_supplier_assessments", [{"valid_until": EARLIER}], [{"valid_until": NOW}]
    ),
    "network_data_marketplace_expires_after_listing": (
        "network_data_marketplace", [{"expires_at": NOW}], [{"expires_at": LATER}, {"expires_at": None}]
    ),
    "network_data_exchanges_access_expires_after_grant": (
        "network_data_exchanges",
        [{"access_expires_at": NOW}],
        [{"access_expires_at": LATER}, {"access_expires_at": None}],
    ),
    "agent_ml_requests_completes_after_creation": (
        "agent_ml_requests", [{"completed_at": EARLIER}], [{"completed_at": NOW}, {"completed_at": None}]
    ),
    "network_intelligence_cache_expires_after_creation": (
        "network_intelligence_cache", [{"expires_at": NOW}], [{"expires_at": LATER}]
    ),
    "regulatory_compliance_deadline_after_assessment": (
        "regulatory_compliance",
        [{"last_assessment": NOW, "next_deadline": EARLIER}],
        [{"last_assessment": NOW, "next_deadline": NOW}, {"next_deadline": NOW}, {"last_assessment": NOW}],
    ),
}  # fmt: skip


@pytest.fixture
def world(module_database) -> Iterator[psycopg.Connection]:
    """A connection to a database with the rows that others refer to; nothing that a test does stays."""
    with psycopg.connect(autocommit=True) as connection, connection.transaction(force_rollback=True):
        insert_parents(connection)
        yield connection


def test_every_rule_has_cases_a_reason_and_holds_for_every_row(world):
    rules = world.execute(
        "select conname, obj_description(oid, 'pg_constraint'), convalidated from pg_constraint "
        "where contype = 'c' and conrelid::regclass::text = any (%s)",
        [DOCUMENTED_TABLES],
    ).fetchall()
    assert len([rule for rule, reason, _ in rules if reason is None]) == 10  # the documented ones
    assert {rule for rule, reason, _ in rules if reason} == CASES.keys()
    assert all(validated for _, _, validated in rules)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_refuses_what_breaks_it_and_nothing_else(world, rule):
    table, refused, accepted = CASES[rule]
    for row in refused:
        with pytest.raises(psycopg.errors.CheckViolation) as error, world.transaction():
            insert(world, table, **row)
        assert error.value.diag.constraint_name == rule
    for row in accepted:
        with world.transaction(force_rollback=True):
            insert(world, table, **row)
    world.execute(f"alter table {table} drop constraint {rule}")
    for row in refused:
        with world.transaction(force_rollback=True):
            insert(world, table, **row)


def test_every_documented_check_of_a_score_refuses_nan(world):
    with pytest.raises(psycopg.errors.CheckViolation), world.transaction():
        insert(world, "ml_predictions", confidence="NaN")
    scores = world.execute(
        "select attrelid::regclass || '.' || attname from pg_attribute "
        "where format_type(atttypid, atttypmod) = 'numeric(3,2)' and attrelid::regclass::text = any (%s)",
        [DOCUMENTED_TABLES],
    ).fetchall()
    ruled = {
        f"{table}.{column}"
        for table, refused, _ in CASES.values()
        for column, v in refused[0].items()
        if v == -0.01
    }
    assert {name for (name,) in scores} == ruled | {"ml_predictions.confidence"}


def test_every_json_column_has_a_shape(world):
    columns = world.execute(
        "select attrelid::regclass || '.' || attname from pg_attribute "
        "where atttypid = 'jsonb'::regtype and attnum > 0 and attrelid::regclass::text = any (%s)",
        [DOCUMENTED_TABLES],
    ).fetchall()
    ruled = {
        f"{table}.{column}"
        for table, refused, _ in CASES.values()
        for column, v in refused[-1].items()
        if v == "null"
    }
    assert {name for (name,) in columns} == ruled


UNINDEXED = """
select conrelid::regclass || '.' || conname from pg_constraint k
where contype = 'f' and conrelid::regclass::text = any (%s) and not exists (
  select from pg_index i
  where i.indrelid = k.conrelid and i.indpred is null and i.indisvalid
    and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] = k.conkey
)
"""


def test_every_foreign_key_has_an_index(world):
    assert world.execute(UNINDEXED, [DOCUMENTED_TABLES]).fetchall() == []
    made = world.execute(
        "select indexrelid::regclass::text from pg_index where indexrelid::regclass::text ~ '_idx$' "
        "and indrelid::regclass::text = any (%s)",
        [DOCUMENTED_TABLES],
    ).fetchall()
    assert len(made) == 24
    for (name,) in made:
        world.execute(f"drop index {name}")
    assert len(world.execute(UNINDEXED, [DOCUMENTED_TABLES]).fetchall()) == 24


def test_functions_of_triggers_trust_no_search_path_and_nobody_else_may_use_them(world):
    functions = world.execute(
        "select proname, proconfig, prosecdef, has_function_privilege('public', oid, 'execute') from pg_proc "
        "where pronamespace = 'bootstrap'::regnamespace"
    ).fetchall()
    assert functions
    for name, settings, runs_as_owner, public_may_execute in functions:
        assert settings == ['search_path=""'], name
        assert not (runs_as_owner and public_may_execute), name


# Members of peer groups and of consortiums: the same rules, other names.
GROUPS = {
    "network_peer_groups": ("network_peer_group_members", "peer_group_id", GROUP),
    "network_consortiums": ("network_consortium_members", "consortium_id", CONSORTIUM),
}


def member_counts(connection: psycopg.Connection, groups: str) -> dict[str, int]:
    return dict(connection.execute(f"select id::text, member_count from {groups}").fetchall())


@pytest.mark.parametrize("groups", GROUPS)
def test_member_count_is_what_is_counted(world, groups):
    members, column, group = GROUPS[groups]
    second = key(99)
    insert(world, groups, id=second, member_count=7)
    assert member_counts(world, groups) == {group: 0, second: 0}
    insert(world, members)
    insert(world, members, organization_id=OTHER)
    insert(world, members, **{column: second})
    assert member_counts(world, groups) == {group: 2, second: 1}
    world.execute(f"update {members} set {column} = %s where organization_id = %s", [second, OTHER])
    assert member_counts(world, groups) == {group: 1, second: 2}
    world.execute(
        f"insert into {members} select * from {members} on conflict (id) do update set {column} = %s "
        f"where {members}.organization_id = %s",
        [group, OTHER],
    )
    assert member_counts(world, groups) == {group: 2, second: 1}
    world.execute(f"update {groups} set member_count = 40")
    world.execute(f"update {groups} set member_count = -1 where id = %s", [second])
    assert member_counts(world, groups) == {group: 2, second: 1}
    world.execute(f"delete from {members} where organization_id = %s", [OTHER])
    assert member_counts(world, groups) == {group: 1, second: 1}
    world.execute(f"truncate {members}")
    assert member_counts(world, groups) == {group: 0, second: 0}


def run_at_once(*work: Callable[[psycopg.Connection], None]) -> list[BaseException | None]:
    """Run each piece of work in a connection of its own, at the same time; return how each ended."""
    ends: list[BaseException | None] = [None] * len(work)

    def run(place: int) -> None:
        try:
            with psycopg.connect() as connection:
                work[place](connection)
        except psycopg.Error as error:
            ends[place] = error

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


def wait_for_lock(connection: psycopg.Connection) -> None:
    """Wait until some other session of the database waits for a lock."""
    for _ in range(600):
        waiting = (
            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        if connection.execute(waiting).fetchone() is not None:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")


@pytest.mark.parametrize("groups", GROUPS)
def test_those_who_join_and_leave_at_once_are_all_counted(database, connection, groups):
    members, column, group = GROUPS[groups]
    insert_parents(connection)
    insert(connection, groups, id=key(99))
    connection.execute(
        "insert into organizations (id, name) "
        "select lpad(n::text, 32, '0')::uuid, 'o' from generate_series(1000, 1039) n"
    )

    def come_and_go(first: int) -> Callable[[psycopg.Connection], None]:
        def work(other: psycopg.Connection) -> None:
            for number in range(first, first + 10):
                joiner = f"{number:032}"
                insert(other, members, organization_id=joiner, **{column: (group, key(99))[number % 2]})
                other.commit()
                if number % 5 == 0:
                    other.execute(f"delete from {members} where organization_id = %s", [joiner])
                    other.commit()

        return work

    assert run_at_once(*(come_and_go(first) for first in (1000, 1010, 1020, 1030))) == [None] * 4
    counted = connection.execute(f"select {column}::text, count(*) from {members} group by 1").fetchall()
    assert member_counts(connection, groups) == dict(counted)
    assert sum(count for _, count in counted) == 32


def test_of_two_who_join_at_once_the_second_waits_and_counts_both(database, connection):
    insert_parents(connection)
    with psycopg.connect() as first:
        insert(first, "network_peer_group_members")
        second = threading.Thread(
            target=run_at_once,
            args=[lambda other: insert(other, "network_peer_group_members", organization_id=OTHER)],
        )
        second.start()
        wait_for_lock(connection)
        first.commit()
    second.join(60)
    assert member_counts(connection, "network_peer_groups") == {GROUP: 2}


def test_whoever_may_only_add_members_is_counted_too(world):
    world.execute("create role blipee_joiner")
    world.execute("grant insert on network_peer_group_members to blipee_joiner")
    world.execute(
        "create policy joining on network_peer_group_members for insert to blipee_joiner with check (true)"
    )
    world.execute("set local role blipee_joiner")
    insert(world, "network_peer_group_members")
    world.execute("reset role")
    assert member_counts(world, "network_peer_groups") == {GROUP: 1}


def test_nobody_buys_its_own_listing(world):
    insert(world, "network_data_exchanges", buyer_org_id=OTHER)
    with pytest.raises(psycopg.errors.CheckViolation) as error, world.transaction():
        insert(world, "network_data_exchanges", buyer_org_id=ORGANIZATION)
    assert error.value.diag.constraint_name == "network_data_exchanges_no_self_purchase"
    assert error.value.diag.table_name == "network_data_exchanges"
    with pytest.raises(psycopg.errors.CheckViolation), world.transaction():
        world.execute("update network_data_exchanges set buyer_org_id = %s", [ORGANIZATION])
    with pytest.raises(psycopg.errors.CheckViolation) as error, world.transaction():
        world.execute("update network_data_marketplace set provider_org_id = %s", [OTHER])
    assert error.value.diag.constraint_name == "network_data_marketplace_no_self_purchase"
    insert(world, "organizations", id=key(98), name="third")
    world.execute("update network_data_marketplace set provider_org_id = %s", [key(98)])
    world.execute("update network_data_exchanges set buyer_org_id = %s", [ORGANIZATION])


@pytest.mark.parametrize("first", ["purchase", "change of hands"])
def test_a_purchase_and_a_change_of_hands_at_once_make_no_self_purchase(database, connection, first):
    insert_parents(connection)

    def purchase(other: psycopg.Connection) -> None:
        insert(other, "network_data_exchanges", buyer_org_id=OTHER)

    def change_of_hands(other: psycopg.Connection) -> None:
        other.execute("update network_data_marketplace set provider_org_id = %s", [OTHER])

    earlier, later = (purchase, change_of_hands) if first == "purchase" else (change_of_hands, purchase)
    ends = []
    with psycopg.connect() as holding:
        earlier(holding)
        second = threading.Thread(target=lambda: ends.extend(run_at_once(later)))
        second.start()
        wait_for_lock(connection)
        holding.commit()
    second.join(60)
    assert isinstance(ends[0], psycopg.errors.CheckViolation)
    assert (
        connection.execute("select from bootstrap.network_data_exchanges_no_self_purchase").fetchall() == []
    )


def test_updated_at_follows_what_changes(world):
    world.execute("alter table network_nodes add column of_the_platform json")
    before = "2020-01-01 00:00:00+00"

    def updated_at(assignment: str) -> str:
        with world.transaction(force_rollback=True):
            world.execute("update network_nodes set updated_at = %s", [before])
            world.execute(f"update network_nodes set {assignment} where id = %s", [NODE])
            (moment, is_now), *_ = world.execute(
                "select (updated_at at time zone 'UTC')::text, updated_at = now() from network_nodes "
                "where id = %s",
                [NODE],
            ).fetchall()
            return "now" if is_now else moment

    assert updated_at("node_name = 'another'") == "now"
    assert updated_at("of_the_platform = '{}'") == "now"
    assert updated_at("node_name = 'another', updated_at = '2021-01-01Z'") == "2021-01-01 00:00:00"
    assert updated_at("node_name = node_name") == "2020-01-01 00:00:00"


def test_every_table_with_updated_at_keeps_it(world):
    tables = world.execute(
        "select attrelid::regclass::text, exists (select from pg_trigger t where t.tgrelid = a.attrelid "
        "and t.tgname = attrelid::regclass || '_updated_at') from pg_attribute a "
        "where attname = 'updated_at' and attrelid::regclass::text = any (%s)",
        [DOCUMENTED_TABLES],
    ).fetchall()
    assert len(tables) == 6 and all(has_trigger for _, has_trigger in tables)


def test_the_loader_rejects_what_breaks_a_rule_and_quotes_nothing(database, connection, tmp_path):
    bundle = Bundle()
    bundle.member("canary-1")
    bundle.member("canary-2")
    bundle.add("network_nodes", organization_id="canary-1", node_name="canary", esg_score=7.25)
    bundle.add(
        "network_privacy_settings",
        organization_id="canary-2",
        data_category="Canary ",
        sharing_level="public",
    )
    listing = {"dataset_name": "d", "dataset_type": "t", "data_period": "2024", "access_type": "exchange"}
    bundle.add("network_data_marketplace", id="listing", provider_org_id="canary-1", **listing)
    for buyer in ("canary-1", "canary-2"):
        bundle.add(
            "network_data_exchanges", listing_id="listing", buyer_org_id=buyer, transaction_type="swap"
        )
    bundle.load(tmp_path, expect=SOME_REJECTED)
    rejected = connection.execute(
        "select file, column_name, reason from raw.rejected_rows order by file"
    ).fetchall()
    assert rejected == [
        ("network_data_exchanges.csv", None, "violates CHECK network_data_exchanges_no_self_purchase"),
        ("network_nodes.csv", "esg_score", "violates CHECK network_nodes_esg_score_from_0_to_1"),
        (
            "network_privacy_settings.csv",
            "data_category",
            "violates CHECK network_privacy_settings_one_spelling_of_data_category",
        ),
    ]
    assert connection.execute("select count(*) from network_data_exchanges").fetchone() == (1,)
    assert connection.execute("select count(*) from network_nodes").fetchone() == (2,)


@pytest.fixture
def bootstrap_before(empty_database, tmp_path, monkeypatch) -> Callable[[str], None]:
    """``bootstrap_before(file)``: a database as it was before that file, with rows to refer to."""

    def run(file: str) -> None:
        earlier = tmp_path / "ddl"
        earlier.mkdir()
        for path in FILES:
            if path.name < file:
                shutil.copy(path, earlier)
        with monkeypatch.context() as patch:
            patch.setattr(bootstrap, "DDL", earlier)
            result = CliRunner().invoke(bootstrap.main)
        assert result.exit_code == 0, result.output
        with psycopg.connect() as connection:
            insert_parents(connection)

    return run


FIRST_RULE = "20240719"


def test_offending_rows_are_named_by_key_and_the_rest_goes_on(bootstrap_before, connection, command):
    bootstrap_before(FIRST_RULE)
    offending = [key(1000 + number) for number in range(12)]
    for node in offending:
        insert(connection, "network_nodes", id=node, node_name="canary", esg_score=4.71)
    insert(connection, "network_edges", id=key(2000), target_node_id=NODE)
    insert(connection, "network_data_exchanges", id=key(2001), buyer_org_id=ORGANIZATION)
    said = [
        "network_data_exchanges_no_self_purchase is broken by 1 row of network_data_exchanges by id: "
        + key(2001),
        "network_edges_no_self_edge is broken by 1 row of network_edges by id: " + key(2000),
        "network_nodes_esg_score_from_0_to_1 is broken by 12 rows of network_nodes, the first 10 by id: "
        + ", ".join(offending[:10]),
        "put these right and run this again (rules that wait: 3)",
    ]
    assert command("bootstrap", "--dry-run", expect=3).stderr.splitlines() == said
    done = command("bootstrap", expect=3)
    assert done.stderr.splitlines() == said
    assert done.stdout.splitlines()[-1] == f"rules validated: {len(CASES) - 2}"
    assert "canary" not in done.stdout + done.stderr and "4.71" not in done.stdout + done.stderr

    # New rows are held to the rules at once.
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(connection, "network_nodes", esg_score=4.71)
    assert command("bootstrap", expect=3).stderr.splitlines() == said

    connection.execute("update network_nodes set esg_score = null where esg_score > 1")
    connection.execute("delete from network_data_exchanges")
    done = command("bootstrap", expect=3)
    assert done.stdout == "rules validated: 1\n" and done.stderr.splitlines()[0] == said[1]
    connection.execute("delete from network_edges")
    assert command("bootstrap").stdout == "rules validated: 1\n"
    assert command("bootstrap").stdout == f"nothing to do: all {len(FILES)} files are applied\n"


def test_rows_that_keep_a_unique_index_from_being_made_hold_that_file_back(
    bootstrap_before, connection, command
):
    file = "20240718_network_benchmarks_nulls_not_distinct.sql"
    bootstrap_before(file)
    for number in (1, 2):
        insert(connection, "network_benchmarks", id=key(number), metric_name="canary", created_at=NOW)
        insert(connection, "network_benchmarks", id=key(number + 2), industry="11", period=f"202{number}")
    said = [
        f"{file} is not applied: network_benchmarks_one_row_per_cell is broken by "
        f"2 rows of public.network_benchmarks by id: {key(1)}, {key(2)}",
        "put these right and run this again (rules that wait: 1)",
    ]
    assert command("bootstrap", "--dry-run", expect=3).stderr.splitlines() == said
    done = command("bootstrap", expect=3)
    assert done.stderr.splitlines() == said
    assert [line for line in done.stdout.splitlines() if line.startswith("applied")] == [
        f"applied {path.name}" for path in FILES if path.name > file
    ]
    connection.execute("delete from network_benchmarks where id = %s", [key(2)])
    assert command("bootstrap").stdout == f"applied {file}\n"


def test_member_counts_from_before_are_put_right(bootstrap_before, connection, command):
    bootstrap_before(FIRST_RULE)
    connection.execute("update network_peer_groups set member_count = -5")
    insert(connection, "network_peer_group_members")
    insert(connection, "network_consortium_members")
    command("bootstrap")
    assert member_counts(connection, "network_peer_groups") == {GROUP: 1}
    assert member_counts(connection, "network_consortiums") == {CONSORTIUM: 1}


def test_a_trigger_of_the_same_name_is_kept_and_holds_its_file_back(bootstrap_before, connection, command):
    bootstrap_before(FIRST_RULE)
    connection.execute(
        "create trigger network_nodes_updated_at before update on network_nodes "
        "for each row execute function suppress_redundant_updates_trigger()"
    )
    done = command("bootstrap", expect=3)
    assert "20240729_updated_at.sql is not applied" in done.stderr
    assert "network_nodes_updated_at" in done.stderr and "already exists" in done.stderr
    assert done.stdout.count("applied") == len([path for path in FILES if path.name > FIRST_RULE]) - 1
    connection.execute("alter trigger network_nodes_updated_at on network_nodes rename to of_the_platform")
    assert command("bootstrap").stdout == "applied 20240729_updated_at.sql\n"


def test_an_index_of_the_same_name_is_kept_and_said(bootstrap_before, connection, command):
    bootstrap_before(FIRST_RULE)
    connection.execute("create index ml_models_created_by_idx on ml_models (created_by, status)")
    done = command("bootstrap")
    assert done.stderr == 'relation "ml_models_created_by_idx" already exists, skipping\n'
    assert connection.execute(UNINDEXED, [DOCUMENTED_TABLES]).fetchall() == []
