"""Every rule of the documented tables has one dbt test, which fails when it is broken and only then."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import psycopg
import pytest
from rows import AGENT, ANOTHER, BREAKS, BREAKS_BY_NAME, MODEL, NEIGHBOUR, ORGANIZATION, OTHER, ROWS, insert

from scripts.shared.gaps import DOCUMENTED

pytestmark = pytest.mark.database

TABLES = [table for tables in DOCUMENTED.values() for table in tables]


class Rule(NamedTuple):
    """What the rows of a table must obey; ``says`` is a CHECK's expression, a foreign key's target, …"""

    kind: str
    table: str
    columns: tuple[str, ...]
    says: str = ""


# A unique index without a constraint is a rule as well. A CHECK has its name in the place of its columns.
# What a trigger keeps true the catalogue does not say.
RULES = """
select 'not_null', c.relname, array[a.attname::text], ''
from pg_attribute a join pg_class c on c.oid = a.attrelid
where a.attnum > 0 and a.attnotnull and c.oid = any (%(tables)s::regclass[])
union all
select
  'unique', c.relname,
  (select array_agg(a.attname::text order by a.attname)
   from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)),
  case when i.indnullsnotdistinct then 'nulls agree' else '' end
from pg_index i join pg_class c on c.oid = i.indrelid
where i.indisunique and c.oid = any (%(tables)s::regclass[])
union all
select 'foreign_key', c.relname, array[a.attname::text], n.nspname || '.' || r.relname || '.' || b.attname
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_attribute a on a.attrelid = c.oid and k.conkey = array[a.attnum]
join pg_class r on r.oid = k.confrelid
join pg_attribute b on b.attrelid = r.oid and k.confkey = array[b.attnum]
join pg_namespace n on n.oid = r.relnamespace
where k.contype = 'f' and c.oid = any (%(tables)s::regclass[])
union all
select 'check', c.relname, array[k.conname::text], pg_get_expr(k.conbin, k.conrelid, true)
from pg_constraint k join pg_class c on c.oid = k.conrelid
where k.contype = 'c' and c.oid = any (%(tables)s::regclass[])
union all
select 'of no known kind', c.relname, array[k.conname::text], pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid
where
  (k.contype not in ('n', 'c', 'f', 'p', 'u', 't') or k.contype = 'f' and cardinality(k.conkey) > 1)
  and c.oid = any (%(tables)s::regclass[])
"""


def rules(connection: psycopg.Connection) -> list[Rule]:
    """Every rule of the documented tables in the database."""
    rows = connection.execute(RULES, {"tables": [f"public.{table}" for table in TABLES]})
    return sorted(Rule(kind, table, tuple(columns), says) for kind, table, columns, says in rows)


@pytest.fixture(scope="module")
def manifest(module_database, dbt):
    return dbt("parse").result


@pytest.fixture(scope="module")
def rule_of(manifest) -> Callable[[object], Rule]:
    """``rule_of(node)``: the rule that a dbt test is about, from its arguments in the yml."""
    schemas = {source.source_name: source.schema for source in manifest.sources.values()}

    def source_in(argument: str) -> tuple[str, str]:
        return re.search(r"source\('(\w+)', '(\w+)'\)", argument).groups()

    def rule(node: object) -> Rule:
        given = node.test_metadata.kwargs
        _, table = source_in(given["model"])
        match node.test_metadata.name:
            case "rule_not_null":
                return Rule("not_null", table, (given["column_name"],))
            case "rule_unique":
                nulls = "" if given.get("nulls_distinct", True) else "nulls agree"
                return Rule("unique", table, tuple(sorted(given["columns"])), nulls)
            case "rule_foreign_key":
                source, referred = source_in(given["to"])
                target = f"{schemas[source]}.{referred}.{given['field']}"
                return Rule("foreign_key", table, (given["column_name"],), target)
            case "rule_check":
                return Rule("check", table, (node.name,), given["expression"])
        raise AssertionError(f"{node.name} is no test of a rule")

    return rule


@pytest.fixture(scope="module")
def rule_tests(rule_of, dbt) -> list[tuple[Rule, str]]:
    """Each rule that has a test, with the compiled test."""
    compiled = dbt("compile", "--select", "test_name:rule_*").result.results
    return [(rule_of(each.node), each.node.compiled_code) for each in compiled]


def test_every_rule_has_one_test_and_every_test_a_rule(rule_tests, connection):
    assert sorted(rule for rule, _ in rule_tests) == rules(connection)


def test_no_documented_rule_was_lost(connection):
    """The documented files make 154 NOT NULL, 10 CHECK, 10 UNIQUE, 23 primary and 30 foreign keys."""
    counts = Counter(rule.kind for rule in rules(connection))
    assert (counts["not_null"], counts["foreign_key"]) == (154, 30)
    assert counts["check"] >= 10 and counts["unique"] >= 10 + 23


def test_tests_of_rules_come_after_what_dbt_writes_and_keep_no_model_waiting(manifest, rule_of):
    """dbt holds back a model until the tests of what it reads have passed; no model reads these sources."""
    models = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}
    written = {name for name, model in models.items() if model.schema == "public"}
    assert set() < written < set(TABLES)
    sources = set()
    for node in manifest.nodes.values():
        if hasattr(node, "test_metadata") and node.test_metadata.name.startswith("rule_"):
            table = rule_of(node).table
            after = {models[table].unique_id} if table in written else set()
            assert {parent for parent in node.depends_on.nodes if parent.startswith("model.")} == after
            sources |= {parent for parent in node.depends_on.nodes if parent.endswith(f".{table}")} - after
    assert len(sources) == len(TABLES)
    assert not sources & {parent for model in models.values() for parent in model.depends_on.nodes}


@pytest.fixture(scope="module")
def world(module_database) -> psycopg.Connection:
    """A connection to the module's database, with the row of every table; tests work there ``undone``."""
    with psycopg.connect(autocommit=True) as connection:
        for organization in (ORGANIZATION, OTHER):
            insert(connection, "organizations", {"id": organization, "name": "x"})
        insert(connection, "autonomous_agents", {"id": AGENT, "organization_id": ORGANIZATION, "name": "x"})
        insert(connection, "network_nodes", {"id": NEIGHBOUR, "node_type": "supplier", "node_name": "x"})
        for table in TABLES:
            insert(connection, table, {"id": UUID(int=100)} | ROWS[table])
        for table in TABLES:  # a trigger that puts a value right would keep its rule from being broken
            connection.execute(f"alter table {table} disable trigger user")
        yield connection


@contextmanager
def undone(connection: psycopg.Connection):
    with connection.transaction(force_rollback=True):
        yield


def broken(connection: psycopg.Connection, rule_tests: list[tuple[Rule, str]], table: str) -> set[Rule]:
    """The rules whose tests fail, of the tests that name the table; the others read nothing of it."""
    naming = [(rule, test) for rule, test in rule_tests if f'"public"."{table}"' in test]
    assert naming
    return {rule for rule, test in naming if connection.execute(test).fetchall()}


def violation(rule: Rule) -> list[dict]:
    """Rows that break this rule and no other, beside those of the world."""
    row = ROWS[rule.table] | {"id": UUID(int=200)}
    another = row | ANOTHER.get(rule.table, {})
    if rule.kind == "not_null":
        return [another | {rule.columns[0]: None}]
    if rule.kind == "foreign_key":
        return [another | {rule.columns[0]: str(UUID(int=300))}]
    if rule.kind == "check":
        (name,) = rule.columns
        if name in BREAKS_BY_NAME:
            return [another | BREAKS_BY_NAME[name]]
        value = next(value for ending, value in BREAKS.items() if name.endswith(ending))
        column = re.match(r"(?:jsonb_typeof\()?(\w+)", rule.says)[1]
        return [another | {column: value}]
    if rule.columns == ("id",):
        return [another | {"id": ROWS[rule.table].get("id", UUID(int=100))}]
    if rule.says:
        return [another | {"id": UUID(int=number), "industry": None} for number in (200, 201)]
    return [row]


def drop(connection: psycopg.Connection, rule: Rule) -> None:
    """Take the rule away, with the foreign keys that need it."""
    if rule.kind == "not_null":
        (column,) = rule.columns
        if column == "id":
            connection.execute(f"alter table {rule.table} drop constraint {rule.table}_pkey cascade")
        connection.execute(f"alter table {rule.table} alter {column} drop not null")
    elif rule.kind == "unique" and rule.says:
        connection.execute("drop index network_benchmarks_one_row_per_cell")
    else:
        connection.execute(f"alter table {rule.table} drop constraint {constraint(connection, rule)} cascade")


def constraint(connection: psycopg.Connection, rule: Rule) -> str:
    """The name of the constraint, or unique index, that holds the rule."""
    if rule.kind == "check":
        return rule.columns[0]
    if rule.kind == "unique" and rule.says:
        return "network_benchmarks_one_row_per_cell"
    return connection.execute(
        """
        select k.conname from pg_constraint k
        where k.conrelid = %s::regclass and k.contype = any (%s) and %s = (
          select array_agg(a.attname::text order by a.attname)
          from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
        )
        """,
        [rule.table, ["f"] if rule.kind == "foreign_key" else ["p", "u"], list(rule.columns)],
    ).fetchone()[0]


def insert_all(connection: psycopg.Connection, table: str, rows: list[dict]) -> None:
    for row in rows:
        insert(connection, table, row)


def refused_by(connection: psycopg.Connection, rule: Rule) -> str:
    """What PostgreSQL names when it refuses the violation: a NOT NULL's column or the constraint."""
    with pytest.raises(psycopg.IntegrityError) as refusal, undone(connection):
        insert_all(connection, rule.table, violation(rule))
    named = refusal.value.diag
    return named.column_name if rule.kind == "not_null" else named.constraint_name


# While the stronger rule stands no row can break the weaker one: both are dropped, and both tests fail.
KEY = ("benchmark_type", "industry", "metric_name", "period")
WEAKER = Rule("unique", "network_benchmarks", KEY)
STRONGER = WEAKER._replace(says="nulls agree")


@pytest.mark.parametrize("kind", ["not_null", "check", "unique", "foreign_key"])
def test_a_broken_rule_fails_its_test_and_no_other(kind, world, rule_tests):
    of_kind = [rule for rule, _ in rule_tests if rule.kind == kind]
    assert of_kind
    for rule in of_kind:
        held_by = rule.columns[0] if kind == "not_null" else constraint(world, rule)
        assert refused_by(world, rule) == held_by, rule
        with undone(world):
            drop(world, rule)
            if rule == WEAKER:
                drop(world, STRONGER)
            assert broken(world, rule_tests, rule.table) == set(), rule
            insert_all(world, rule.table, violation(rule))
            expected = {WEAKER, STRONGER} if rule == WEAKER else {rule}
            assert broken(world, rule_tests, rule.table) == expected, rule


@pytest.mark.parametrize(
    ("name", "breaking", "harmless"),
    [
        (
            "nobody_buys_its_own_listing",
            "update network_data_exchanges set buyer_org_id = %(organization)s",
            "update network_data_exchanges set buyer_org_id = %(other)s",
        ),
        (
            "member_counts_are_true",
            "update network_peer_groups set member_count = 2",
            "update network_peer_groups set member_count = 1",
        ),
        (
            "member_counts_are_true",
            "delete from network_consortium_members",
            "update network_consortium_members set member_role = 'y'",
        ),
    ],
)
def test_what_triggers_keep_true_is_tested_by_its_rows(name, breaking, harmless, world, dbt):
    """The triggers are disabled in this world, just as older rows knew none."""
    compiled = dbt("compile", "--select", name).result.results
    who = {"organization": ORGANIZATION, "other": OTHER}
    for statement, rows in ((harmless, 0), (breaking, 1)):
        with undone(world):
            world.execute(statement, who)
            assert len(world.execute(compiled[0].node.compiled_code).fetchall()) == rows


def test_another_row_breaks_nothing(world, rule_tests):
    for table in TABLES:
        with undone(world):
            insert(world, table, ROWS[table] | {"id": UUID(int=200)} | ANOTHER.get(table, {}))
            assert broken(world, rule_tests, table) == set()


def rows_read(connection: psycopg.Connection, test: str) -> list[str]:
    """The tables outside of the catalogue that a test reads when it runs."""

    def scans(plan: dict) -> Iterator[str]:
        if "Relation Name" in plan and plan["Schema"] != "pg_catalog" and plan["Actual Loops"]:
            yield plan["Relation Name"]
        for child in plan.get("Plans", []):
            yield from scans(child)

    ((explained,),) = connection.execute(f"explain (analyze, verbose, format json) {test}")
    return list(scans(explained[0]["Plan"]))


def test_where_the_catalogue_is_the_proof_no_row_is_read(world, rule_tests):
    assert {rule: read for rule, test in rule_tests if (read := rows_read(world, test))} == {}


EDGE_TYPE = Rule("check", "network_edges", ("network_edges_edge_type_check",))
SOURCE = Rule("foreign_key", "network_edges", ("source_node_id",))
EDGES = Rule("unique", "network_edges", ("edge_type", "source_node_id", "target_node_id"))
NODE_NAME = Rule("not_null", "network_nodes", ("node_name",))
CACHE_KEY = Rule("unique", "network_intelligence_cache", ("cache_key",))
SHARING_LEVEL = Rule("check", "network_privacy_settings", ("network_privacy_settings_sharing_level_check",))
COMPLIANCE = Rule("foreign_key", "regulatory_compliance", ("organization_id",))
WHOLE_WAY = (NODE_NAME, CACHE_KEY, SHARING_LEVEL, COMPLIANCE)
NODES = "references network_nodes"
EDGE_TYPES = "check (edge_type in ('supplies_to', 'buys_from', 'partners_with', 'subsidiary_of'))"


def same(rule: Rule, tested: Rule) -> bool:
    return rule[:3] == tested[:3] and rule.says in ("", tested.says)


@pytest.mark.parametrize(
    ("rule", "instead"),
    [
        (EDGE_TYPE, f"alter table network_edges add {EDGE_TYPES} not valid"),
        (EDGE_TYPE, "alter table network_edges add constraint network_edges_edge_type_check"
                    " check (edge_type <> '')"),
        (EDGE_TYPE, f"18: alter table network_edges add {EDGE_TYPES} not enforced"),
        (SOURCE, f"alter table network_edges add foreign key (source_node_id) {NODES} not valid"),
        (SOURCE, f"alter table network_edges add foreign key (target_node_id) {NODES}"),
        (EDGES, "create unique index on network_edges (source_node_id, target_node_id, edge_type, id)"),
        (EDGES, "create unique index on network_edges (source_node_id, target_node_id)"
                " where edge_type = 'subsidiary_of'"),
        (EDGES, "create index on network_edges (source_node_id, target_node_id, edge_type)"),
        (CACHE_KEY, "create unique index on network_intelligence_cache (lower(cache_key), cache_key, id)"),
        (NODE_NAME, "18: alter table network_nodes add constraint given not null node_name not valid"),
        (NODE_NAME, "alter table network_nodes add check (node_name is not null) not valid"),
    ],
)  # fmt: skip
def test_what_is_no_proof_is_not_taken_for_one(rule, instead, world, rule_tests):
    *_, statement = instead.rpartition("18: ")
    if "18: " in instead and world.info.server_version < 180000:
        pytest.skip("PostgreSQL 18 only")
    (rule,) = (tested for tested, _ in rule_tests if same(rule, tested))
    with undone(world):
        drop(world, rule)
        insert_all(world, rule.table, violation(rule))
        world.execute(statement)
        assert broken(world, rule_tests, rule.table) == {rule}


def test_a_foreign_key_without_its_triggers_is_no_proof(world, rule_tests):
    (rule,) = (tested for tested, _ in rule_tests if same(SOURCE, tested))
    with undone(world):
        world.execute("alter table network_edges disable trigger all")
        insert_all(world, rule.table, violation(rule))
        assert broken(world, rule_tests, rule.table) == {rule}


@pytest.mark.parametrize(
    "statement",
    [
        "alter table network_edges rename constraint network_edges_edge_type_check to of_the_platform",
        "alter table network_edges rename constraint network_edges_source_node_id_fkey to of_the_platform",
        "alter index network_edges_source_node_id_target_node_id_edge_type_key rename to of_the_platform",
    ],
)
def test_a_proof_has_any_name(statement, world, rule_tests):
    with undone(world):
        world.execute(statement)
        tests = [test for rule, test in rule_tests if rule.table == "network_edges"]
        assert [rows_read(world, test) for test in tests] == [[]] * len(tests)


def test_a_test_returns_keys_and_counts_and_no_value(world, rule_tests):
    for rule, test in rule_tests:
        returned = world.execute(f"select * from ({test}) as test limit 0").description
        keys = {*rule.columns, "row_count"} if rule.kind == "unique" else {"id"}
        assert {column.name for column in returned} == keys, rule


def restoration(connection: psycopg.Connection, rule: Rule) -> str:
    """The statements that undo the fall of a rule, told while it stands."""
    if rule.kind == "not_null":
        restore = f"alter {rule.columns[0]} set not null"
    else:
        name = constraint(connection, rule)
        query = "select pg_get_constraintdef(oid) from pg_constraint where conname = %s"
        (definition,) = connection.execute(query, [name]).fetchone()
        restore = f"add constraint {name} {definition}"
    (inserted,) = (row["id"] for row in violation(rule))
    return f"delete from {rule.table} where id = '{inserted}'; alter table {rule.table} {restore}"


def test_dbt_names_the_broken_rules(world, rule_tests, dbt):
    """The whole way once, with one rule of each kind; the mutations above do without dbt, for speed."""
    broken_rules = [rule for rule, _ in rule_tests if any(same(each, rule) for each in WHOLE_WAY)]
    assert len(broken_rules) == len(WHOLE_WAY)
    undo = [restoration(world, rule) for rule in broken_rules]
    try:
        for rule in broken_rules:
            drop(world, rule)
            insert_all(world, rule.table, violation(rule))
        tables = {f"source:*.{rule.table}" for rule in broken_rules}
        run = dbt("test", "--select", *tables, expect_success=False).result.results
    finally:
        for statements in undo:
            world.execute(statements)
    ended = {result.node.name: str(result.status) for result in run if result.node.resource_type == "test"}
    failed = sorted(name for name, status in ended.items() if status != "pass")
    assert [next(rule.columns for rule in broken_rules if rule.table in name) for name in failed] == [
        ("network_privacy_settings_sharing_level_check",),
        ("organization_id",),
        ("node_name",),
        ("cache_key",),
    ], failed
    assert set(ended.values()) == {"pass", "fail"} and len(failed) == len(broken_rules) < len(ended)


@pytest.fixture
def unprivileged(module_database, connection, monkeypatch) -> Iterator[str]:
    """A role that may read the documented tables and may not look into the schema auth; dbt runs as it.

    Where the profile has dbt run as blipee_writer, that one may not look there either as long as this lasts.
    """
    role = f"blipee_unprivileged_{os.getpid()}"
    connection.execute(f"create role {role} nologin bypassrls")
    connection.execute(f"grant select on all tables in schema public to {role}")
    monkeypatch.setenv("PGOPTIONS", f"-c role={role}")
    if_there = "do $$ begin {} blipee_writer; exception when undefined_object then null; end $$"
    connection.execute(if_there.format("revoke usage on schema auth from"))
    yield role
    connection.execute(if_there.format("grant usage on schema auth to"))
    connection.execute(f"drop owned by {role}")
    connection.execute(f"drop role {role}")


def test_a_table_that_may_not_be_read_is_judged_by_the_catalogue(unprivileged, world, dbt):
    arguments = "source('ml_pipeline', 'ml_models'), 'created_by', to=source('auth', 'users'), field='id'"
    compiled = dbt("compile", "--inline", f"{{{{ test_rule_foreign_key({arguments}) }}}}").result.results
    test = compiled[0].node.compiled_code
    with undone(world):
        world.execute("insert into auth.users (id) values (%s)", [OTHER])
        world.execute("update ml_models set created_by = %s", [OTHER])
        world.execute(f"set local role {unprivileged}")
        assert world.execute(test).fetchall() == []
        world.execute("reset role")
        world.execute("alter table ml_models drop constraint ml_models_created_by_fkey")
        world.execute(f"set local role {unprivileged}")
        assert world.execute(test).fetchall() == [(MODEL,)]


TO_AND_FIELD = "to and field are a source or ref and a column of it, not"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("rule_unique('t')", "columns is a list of one or more columns, not null"),
        ("rule_unique('t', columns='a')", 'columns is a list of one or more columns, not "a"'),
        ("rule_check('t')", "expression is what the CHECK says, not null"),
        ("rule_check('t', expression=true)", "expression is what the CHECK says, not true"),
        ("rule_foreign_key('t', 'c', field='id')", f'{TO_AND_FIELD} ["None", "id"]'),
        ("rule_foreign_key('t', 'c', to='u')", f'{TO_AND_FIELD} ["u", null]'),
    ],
)
def test_a_test_of_a_rule_refuses_a_bad_argument(call, message, manifest, dbt, capsys):
    dbt("compile", "--inline", f"{{{{ test_{call} }}}}", expect_success=False)
    assert f"{call.partition('(')[0]}: {message}" in capsys.readouterr().out
