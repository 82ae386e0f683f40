"""Who sees and writes what: writer, analyst and member, table by table as the catalogue lists them."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from conftest import PROJECT
from dbt.cli.main import dbtRunner
from personas import (
    ME,
    NOBODY,
    OPEN_TO_MEMBERS,
    OTHER,
    PUBLISHED,
    THIRD,
    World,
    acting_as,
    assert_tells_nothing,
    ids,
    insert,
    populate,
    privileges,
    refused,
)

DDL = PROJECT / "scripts" / "ddl"
DBTS = ("staging", "contributions", "disclosure", "reference", "intelligence", "marts")
OWN_ROWS = {
    "marts.reported_series",
    "marts.gri_series",
}  # the bootstrap's, of which a member sees its own rows
# Every relation but PostgreSQL's own; of tables, the bootstrap made those that the writer does not own.
RELATIONS = """
select c.oid::regclass::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^(pg_|information_schema)'
"""
TABLES = f"""{RELATIONS}
and c.relkind in ('r', 'p') and c.relowner <> 'blipee_writer'::regrole and n.nspname <> 'bootstrap'
"""


@pytest.fixture(scope="module")
def world(module_database: str, dbt: Callable) -> World:
    """A built database in which every table of ``public`` has rows of three members."""
    dbt("build", "--exclude-resource-type", "test", "unit_test")
    with psycopg.connect(autocommit=True) as connection:
        return populate(connection)


# --- a member ---


def test_a_member_sees_its_own_rows_of_every_table_and_what_is_published(world: World) -> None:
    with acting_as("blipee_member", ME) as session:
        for table in world.tables:
            mine = {world.ids[table, ME]}
            everybodys = {id for (of, _), id in world.ids.items() if of == table}
            if table == "network_intelligence_cache":
                assert ids(session, table) & everybodys == mine
            elif table in (*PUBLISHED, OPEN_TO_MEMBERS):
                assert ids(session, table) >= everybodys, table
            else:
                assert ids(session, table) == mine, table


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"blipee.organization_id": ""},
        {"blipee.organization_id": " "},
        {"blipee.organization_id": "not a uuid"},
        {"blipee.organization_id": f"{ME} or true"},
        {"blipee.organization_id": str(NOBODY)},
        {"blipee.organization_id": "broken", "request.jwt.claims": f'{{"organization_id": "{ME}"}}'},
        {"request.jwt.claims": ""},
        {"request.jwt.claims": "{"},
        {"request.jwt.claims": "null"},
        {"request.jwt.claims": "[]"},
        {"request.jwt.claims": f'["{ME}"]'},
        {"request.jwt.claims": f'"{ME}"'},
        {"request.jwt.claims": '{"organization_id": null}'},
        {"request.jwt.claims": '{"organization_id": 1}'},
        {"request.jwt.claims": f'{{"organization_id": ["{ME}"]}}'},
        {"request.jwt.claims": f'{{"user_metadata": {{"organization_id": "{ME}"}}}}'},
        {"request.jwt.claims": f'{{"app_metadata": "{ME}"}}'},
        {"request.jwt.claims": "[" * 10_000},
        {"request.jwt.claims": '{"organization_id": "\\u0000"}'},
    ],
    ids=lambda settings: str(settings)[:60],
)
def test_a_session_of_nobody_sees_what_is_published_and_no_error(
    settings: dict[str, str], world: World
) -> None:
    with acting_as("blipee_member") as session:
        for name, setting in settings.items():
            session.execute("select set_config(%s, %s, true)", [name, setting])
        for table in world.tables:
            if table not in (*PUBLISHED, OPEN_TO_MEMBERS):
                assert ids(session, table) == set(), table
        assert ids(session, "industry_benchmarks")


@pytest.mark.parametrize(
    "settings",
    [
        {"blipee.organization_id": str(ME)},
        {"blipee.organization_id": str(ME), "request.jwt.claims": f'{{"organization_id": "{OTHER}"}}'},
        {"request.jwt.claims": f'{{"role": "authenticated", "organization_id": "{ME}"}}'},
        {"request.jwt.claims": f'{{"app_metadata": {{"organization_id": "{ME}"}}}}'},
    ],
    ids=str,
)
def test_a_session_is_about_the_organisation_of_its_setting_or_else_of_its_token(
    settings: dict[str, str], world: World
) -> None:
    with acting_as("blipee_member") as session:
        for name, setting in settings.items():
            session.execute("select set_config(%s, %s, true)", [name, setting])
        assert ids(session, "organizations") == {ME}


def test_a_member_writes_its_own_rows_where_it_may_write(world: World) -> None:
    written = {table: privileges("blipee_member", table) for table in world.tables}
    everything = {"insert", "update", "delete"}
    assert {table: verbs for table, verbs in written.items() if verbs} == {
        "ml_models": everything,
        "ml_features": everything,
        "ml_predictions": everything,
        "ml_training_jobs": everything,
        "ml_model_performance": everything,
        "organization_industries": everything,
        "network_nodes": {"insert", "update"},
        "network_privacy_settings": everything,
        "network_supplier_assessments": everything,
        "network_data_marketplace": everything,
        "regulatory_compliance": everything,
    }
    with acting_as("blipee_member", ME) as session:
        for table, verbs in written.items():
            if not verbs:
                continue
            own = world.ids[table, ME]
            row = world.another(table, ME)
            assert refused(session, *insert(table, row)) is None, table
            for column in world.tables[table]:
                may = "select has_column_privilege('blipee_member', %s, %s, 'update')"
                if session.execute(may, [table, column.name]).fetchone()[0]:
                    statement = f"update {table} set {column.name} = {column.name} where id = %s"
                    assert session.execute(statement, [own]).rowcount == 1, (table, column.name)
            if "delete" in verbs and table != "ml_models":
                assert session.execute(f"delete from {table} where id = %s", [own]).rowcount == 1, table


def test_a_member_writes_no_row_of_another(world: World) -> None:
    with acting_as("blipee_member", ME) as session:
        for table, columns in world.tables.items():
            theirs = world.ids[table, OTHER]
            error = refused(session, *insert(table, world.another(table, OTHER)))
            assert_tells_nothing(error, ("insert", table))
            for column in columns:
                statement = f"update {table} set {column.name} = {column.name} where id = %s"
                assert wrote_nothing(session, statement, theirs), (table, column.name)
            assert wrote_nothing(session, f"delete from {table} where id = %s", theirs), table
            assert_tells_nothing(refused(session, f"truncate {table}"), ("truncate", table))


def wrote_nothing(session: psycopg.Connection, statement: str, row: uuid.UUID) -> bool:
    error = None
    try:
        with session.transaction(force_rollback=True):
            written = session.execute(statement, [row]).rowcount
    except psycopg.Error as raised:
        error, written = raised, 0
        assert_tells_nothing(error, statement)
    return written == 0


def test_a_member_gives_no_row_away(world: World) -> None:
    with acting_as("blipee_member", ME) as session:
        for table, columns in world.tables.items():
            for column in columns:
                if column.refers_to == "organizations.id":
                    statement = f"update {table} set {column.name} = %s where id = %s"
                    error = refused(session, statement, [OTHER, world.ids[table, ME]])
                    assert_tells_nothing(error, (table, column.name))


def test_a_reference_does_not_tell_whether_a_row_of_another_exists(world: World) -> None:
    """The same refusal of somebody else's row and of one that is not there."""
    tried = set()
    with acting_as("blipee_member", ME) as session:
        for table, columns in world.tables.items():
            if "insert" not in privileges("blipee_member", table):
                continue
            for column in columns:
                if not column.refers_to or column.refers_to.split(".")[0] in (*PUBLISHED, "organizations"):
                    continue
                referred = column.refers_to.split(".")[-2]
                said = set()
                for target in (world.ids.get((referred, OTHER), OTHER), uuid.uuid4()):
                    row = world.another(table, ME, **{column.name: target})
                    error = refused(session, *insert(table, row))
                    assert_tells_nothing(error, (table, column.name))
                    said.add(str(error))
                assert len(said) == 1
                tried.add(f"{table}.{column.name}")
    assert tried >= {"ml_predictions.model_id", "network_supplier_assessments.supplier_node_id"}


def test_no_key_but_an_id_tells_whether_a_row_of_another_exists(world: World, connection) -> None:
    keys = connection.execute(
        """
        select c.relname::text, array(
          select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)
        )
        from pg_index i join pg_class c on c.oid = i.indrelid
        where i.indisunique and not i.indisprimary and c.relnamespace = 'public'::regnamespace
        and has_any_column_privilege('blipee_member', c.oid, 'insert')
        """
    ).fetchall()
    organizations = {
        (table, column.name)
        for table, columns in world.tables.items()
        for column in columns
        if column.refers_to == "organizations.id"
    }
    assert len(keys) >= 2
    for table, columns in keys:
        assert organizations & {(table, column) for column in columns}, (table, columns)


def test_nobody_but_the_platform_sees_how_many_a_group_has(world: World) -> None:
    for role in ("blipee_member", "blipee_analyst"):
        with acting_as(role, ME) as session:
            for table in ("network_peer_groups", "network_consortiums"):
                assert_tells_nothing(refused(session, f"select member_count from {table}"), table)


def test_a_listing_that_is_over_is_its_providers_alone(world: World) -> None:
    with acting_as("blipee_member", ME) as session:
        session.execute("reset role")
        session.execute(
            "update network_data_marketplace set listed_at = '2001-01-01', expires_at = '2002-01-01'"
        )
        session.execute("set role blipee_member")
        assert ids(session, OPEN_TO_MEMBERS) == {world.ids[OPEN_TO_MEMBERS, ME]}


def test_buyer_and_provider_see_an_exchange(world: World) -> None:
    exchange = "network_data_exchanges"
    with acting_as("blipee_member", THIRD) as session:  # whose listing the two others bought
        assert ids(session, exchange) == {world.ids[exchange, ME], world.ids[exchange, OTHER]}


def test_both_ends_of_an_edge_see_it(world: World) -> None:
    with acting_as("blipee_member", OTHER) as session:
        session.execute("reset role")
        session.execute(
            "update network_edges set target_node_id = %s where id = %s",
            [world.ids["network_nodes", OTHER], world.ids["network_edges", ME]],
        )
        session.execute("set role blipee_member")
        assert ids(session, "network_edges") == {
            world.ids["network_edges", ME],
            world.ids["network_edges", OTHER],
        }


# --- an analyst ---


def relations(connection: psycopg.Connection, query: str = RELATIONS) -> set[str]:
    return {name for (name,) in connection.execute(query).fetchall()}


def made_by_dbt(dbt: Callable) -> dict[str, set[str]]:
    """What dbt makes in schemas of its own, and to whom the project grants each."""
    return {
        f"{node.schema}.{node.alias}": set(node.config.grants.get("select", ()))
        for node in dbt("parse").result.nodes.values()
        if node.resource_type in ("model", "seed") and node.schema in DBTS
        if f"{node.schema}.{node.alias}" not in OWN_ROWS
    }


def test_an_analyst_reads_the_granted_marts_and_what_is_published_and_nothing_else(
    world: World, dbt: Callable
) -> None:
    granted = {name for name, roles in made_by_dbt(dbt).items() if "blipee_analyst" in roles}
    assert {"marts.benchmarks", "marts.benchmark_status", "marts.privacy_report"} <= granted
    with acting_as("blipee_analyst") as session:
        every = relations(session)
        readable = {name for name in every if refused(session, f"select from {name}") is None}
        whole = {name for name in every if refused(session, f"select * from {name}") is None}
    assert len(every) >= 60
    assert readable == whole == {*PUBLISHED, *granted}


def test_outside_of_public_a_member_reads_the_granted_marts(world: World, dbt: Callable) -> None:
    granted = {name for name, roles in made_by_dbt(dbt).items() if "blipee_member" in roles}
    assert "marts.benchmark_status" in granted and "marts.privacy_report" not in granted
    with acting_as("blipee_member", ME) as session:
        elsewhere = {name for name in relations(session) if "." in name}
        readable = {name for name in elsewhere if refused(session, f"select from {name}") is None}
    assert readable == granted | OWN_ROWS


def test_what_expired_or_is_somebodys_is_not_served(world: World) -> None:
    for role in ("blipee_analyst", "blipee_member"):
        with acting_as(role) as session:
            session.execute("reset role")
            session.execute("update network_benchmarks set created_at = '2001-01-01', expires_at = now()")
            session.execute(
                "insert into network_intelligence_cache (cache_key, cache_type, data, created_at, expires_at)"
                " values ('over', 't', '{}', '2001-01-01', now()),"
                " ('current', 't', '{}', now(), '2999-01-01')"
            )
            session.execute(f"set role {role}")
            assert ids(session, "network_benchmarks") == set()
            keys = session.execute("select cache_key from network_intelligence_cache").fetchall()
            assert ("current",) in keys and ("over",) not in keys
            assert not [key for (key,) in keys if key.startswith("canary")]


def test_an_analyst_writes_nothing(world: World) -> None:
    with acting_as("blipee_analyst") as session:
        for table in world.tables:
            assert privileges("blipee_analyst", table) == set(), table
            assert_tells_nothing(refused(session, f"delete from {table}"), table)


# --- the writer ---


WRITER_WRITES = {
    "gri_standards": {"insert", "update"},
    "industry_models": {"insert", "update"},
    "industry_benchmarks": {"insert", "update", "delete"},
    "network_benchmarks": {"insert", "update", "delete"},
    "network_intelligence_cache": {"insert", "update", "delete"},
}


def test_the_writer_writes_what_dbt_writes_and_nothing_else(world: World) -> None:
    for table in world.tables:
        assert privileges("blipee_writer", table) == WRITER_WRITES.get(table, set()), table
    with psycopg.connect() as connection:
        raw = connection.execute(
            "select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r' "
            "and has_any_column_privilege('blipee_writer', oid, 'insert, update')"
        ).fetchall()
    assert raw == []


def test_the_writer_can_change_no_table_and_make_none_beside_its_own(world: World) -> None:
    with acting_as("blipee_writer") as session:
        tables = relations(session, TABLES)
        assert len(tables) >= 33
        for table in tables:
            for statement in (
                f"drop table {table}",
                f"truncate {table}",
                f"alter table {table} add column made_up text",
                f"alter table {table} disable row level security",
                f"alter table {table} rename to made_up",
                f"create policy made_up on {table} using (true)",
            ):
                assert_tells_nothing(refused(session, statement), statement)
        for schema in ("public", "auth", "bootstrap", "raw", "last_build"):
            assert_tells_nothing(refused(session, f"create table {schema}.made_up (id int)"), schema)
        assert_tells_nothing(refused(session, "create schema made_up"), "schema")


def test_dbt_builds_as_the_writer(world: World, dbt: Callable, connection) -> None:
    owners = connection.execute(
        "select c.oid::regclass::text, c.relowner::regrole::text from pg_class c "
        "where c.oid = any (%s::regclass[])",
        [[*made_by_dbt(dbt)]],
    ).fetchall()
    assert len(owners) >= 25
    assert [name for name, owner in owners if owner != "blipee_writer"] == []


def test_a_login_that_is_no_writer_is_told_so(module_database, connection, monkeypatch, dbt) -> None:
    name = f"blipee_no_writer_{os.getpid()}"
    connection.execute(f"create role {name} login password 'none'")
    monkeypatch.setenv("PGUSER", name)
    monkeypatch.setenv("PGPASSWORD", "none")
    try:
        with pytest.raises(AssertionError, match='permission denied to set role "blipee_writer"'):
            dbt("build", "--select", "stg_organizations")
    finally:
        connection.execute(f"drop role {name}")


@pytest.mark.parametrize(
    ("statement", "missed"),
    [
        ("revoke select on raw.metric_observations from blipee_writer", "raw.metric_observations"),
        ("drop function ledger.refresh_statistics(regclass)", "ledger.refresh_statistics"),
    ],
    ids=["nothing granted", "of an older version"],
)
def test_a_database_that_lacks_what_the_writer_needs_is_told_to_bootstrap(
    statement: str, missed: str, database, connection, dbt
) -> None:
    connection.execute(statement)
    message = f"{missed} does not exist in database {database}, or blipee_writer may not use it: "
    with pytest.raises(AssertionError, match=re.escape(message + 'run "python -m scripts.bootstrap"')):
        dbt("build", "--select", "stg_organizations")


def test_a_profile_without_the_writer_builds_nothing(database, connection, dbt, tmp_path) -> None:
    profile = (PROJECT / "profiles.example.yml").read_text()
    (tmp_path / "profiles.yml").write_text(re.sub(r"\n +role: .*", "", profile))
    places = ["--project-dir", PROJECT, "--profiles-dir", tmp_path]
    places += ["--target-path", tmp_path, "--log-path", tmp_path]
    result = dbtRunner(manifest=dbt("parse").result).invoke(["run", "--quiet", *map(str, places)])
    assert not result.success
    assert 'write "role: blipee_writer" into profiles.yml' in (tmp_path / "dbt.log").read_text()
    assert not [name for name in relations(connection) if name.startswith("staging.")]


# --- what may not slip through ---


def unprotected(connection: psycopg.Connection) -> set[str]:
    """Tables of ours that lack row security, or a policy without which nobody can have meant it."""
    return relations(
        connection,
        f"{TABLES} and not (c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))",
    )


@pytest.mark.parametrize("schema", ["raw", "disclosure", "made_up"])
def test_every_table_is_under_row_security(schema: str, module_database: str) -> None:
    with psycopg.connect() as connection:
        assert unprotected(connection) == set()
        table = f"{schema}.unnoticed"
        connection.execute(
            f"create schema if not exists {schema}; create table {table} (organization_id uuid)"
        )
        assert unprotected(connection) == {table}
        connection.execute(f"alter table {table} enable row level security")
        assert unprotected(connection) == {table}
        connection.execute(f"create policy own on {table} using (false)")
        assert unprotected(connection) == set()
        connection.rollback()


BYPASSING_VIEWS = """
select c.oid::regclass::text
from pg_class c
where
  c.relkind in ('v', 'm')
  and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  and not coalesce(c.reloptions::text[] @> '{security_invoker=true}', false)
"""


def test_every_view_reads_with_the_rights_of_whoever_asks(world: World) -> None:
    with psycopg.connect() as connection:
        assert len(relations(connection, f"{RELATIONS} and c.relkind = 'v'")) >= 15
        assert connection.execute(BYPASSING_VIEWS).fetchall() == []
        connection.execute("create view marts.loose as select * from network_nodes")
        assert connection.execute(BYPASSING_VIEWS).fetchall() == [("marts.loose",)]
        connection.execute("grant select on marts.loose to blipee_member")
        everybody = connection.execute("select count(*) from marts.loose").fetchone()
        connection.execute(f"set local blipee.organization_id = '{ME}'; set local role blipee_member")
        assert connection.execute("select count(*) from marts.loose").fetchone() == everybody
        connection.execute("set local role none; alter view marts.loose set (security_invoker = true)")
        connection.execute("set local role blipee_member")
        assert connection.execute("select id from marts.loose").fetchall() == [
            (world.ids["network_nodes", ME],)
        ]
        connection.rollback()


def test_no_function_lends_its_owners_rights(module_database, connection) -> None:
    lent = connection.execute(
        "select p.oid::regprocedure::text from pg_proc p "
        "where p.prosecdef and p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)' "
        "and (has_function_privilege('blipee_member', p.oid, 'execute') "
        "or has_function_privilege('blipee_analyst', p.oid, 'execute') "
        "or has_function_privilege('blipee_writer', p.oid, 'execute'))"
    ).fetchall()
    assert sorted(lent) == [
        ("blipee_own_contributions()",),  # shows the own rows, and takes nothing
        ("ledger.refresh_statistics(regclass)",),  # shows nothing, and takes a table that a build adds to
    ]


@pytest.mark.parametrize("table", ["raw.metric_observations", None])
def test_the_writer_refreshes_statistics_of_what_a_build_adds_to_and_of_nothing_else(
    table: str | None, module_database, connection
) -> None:
    connection.execute("set local role blipee_writer")
    connection.execute("select ledger.refresh_statistics('ledger.releases')")
    with pytest.raises(
        psycopg.errors.RaiseException, match=re.escape(f"{table or '<NULL>'} is none of them")
    ):
        connection.execute("select ledger.refresh_statistics(%s::regclass)", [table])
    connection.rollback()


def test_only_public_and_the_marts_can_be_entered(module_database, connection) -> None:
    entered = connection.execute(
        "select n.nspname::text, r.role from pg_namespace n, "
        "(values ('blipee_analyst'), ('blipee_member')) r (role) "
        "where n.nspname !~ '^(pg_|information_schema)' and has_schema_privilege(r.role, n.oid, 'usage')"
    ).fetchall()
    assert sorted(entered) == sorted(
        (s, r) for s in ("public", "marts") for r in ("blipee_analyst", "blipee_member")
    )


def test_what_dbt_makes_has_no_constraint_whose_error_would_quote_a_row(world: World, connection) -> None:
    """The writer owns these, so that no row security keeps PostgreSQL from quoting."""
    assert connection.execute(
        "with made as (select oid from pg_class where relowner = 'blipee_writer'::regrole "
        "and relnamespace = any (%(schemas)s::regnamespace[])) "
        "select conname::text from pg_constraint where conrelid in (select oid from made) "
        "union all select indexrelid::regclass::text from pg_index "
        "where indisunique and indrelid in (select oid from made)",
        {"schemas": list(DBTS)},
    ).fetchall() == []  # fmt: skip


# --- the roles themselves ---


@pytest.fixture
def other_roles(server: dict[str, str]) -> Iterator[str]:
    """A prefix, in the place of blipee, of roles that no server has yet; they are dropped at the end."""
    prefix = f"blipee_{os.getpid()}"
    yield prefix
    with psycopg.connect(autocommit=True) as connection:
        for (name,) in connection.execute(
            "select rolname from pg_roles where rolname like %s", [f"{prefix}\\_%"]
        ).fetchall():
            connection.execute(f"drop owned by {name}")
            connection.execute(f"drop role {name}")


def test_databases_bootstrapped_at_once_make_the_roles_once(module_database, other_roles) -> None:
    statements = (DDL / "20240802_roles.sql").read_text().replace("blipee", other_roles).split("$$;")[
        0
    ] + "$$"
    together = threading.Barrier(8)
    errors = []

    def make() -> None:
        with psycopg.connect() as connection:
            together.wait()
            try:
                connection.execute(statements)
            except psycopg.Error as error:
                errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.fixture
def bootstrap_elsewhere(
    empty_database: str, other_roles: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``bootstrap_elsewhere(attribute)``: bootstrap as a login with it, on a server that lacks the roles."""
    shutil.copytree(PROJECT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path / "scripts" / "ddl").glob("*.sql"):
        path.write_text(re.sub(r"blipee_(writer|analyst|member)\b", rf"{other_roles}_\1", path.read_text()))
    login = f"{other_roles}_login"

    def run(attribute: str) -> subprocess.CompletedProcess[str]:
        with psycopg.connect(autocommit=True) as connection:
            connection.execute(f"create role {login} login {attribute} password 'login'")
            connection.execute(f"grant create on database {connection.info.dbname} to {login}")
            connection.execute(f"grant create on schema public to {login}")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGUSER", login)
            patch.setenv("PGPASSWORD", "login")
            return subprocess.run(
                [sys.executable, "-m", "scripts.bootstrap"],
                cwd=tmp_path, capture_output=True, text=True, timeout=120,
            )  # fmt: skip

    return run


def test_who_may_not_make_roles_is_told_which_to_ask_for(
    bootstrap_elsewhere, other_roles, connection
) -> None:
    done = bootstrap_elsewhere("nocreaterole")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    asked = done.stderr[done.stderr.index("create role") : done.stderr.index(" (SQLSTATE")]
    assert asked.split("; ") == [
        *(f"create role {other_roles}_{name}" for name in ("writer", "analyst", "member")),
        f"grant {other_roles}_writer to {other_roles}_login",
    ]
    connection.execute(asked)  # as it says; what is left of the database is made as the same login


def test_who_may_make_roles_becomes_a_writer(bootstrap_elsewhere, other_roles, connection) -> None:
    done = bootstrap_elsewhere("createrole")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(user=f"{other_roles}_login", password="login") as session:
        session.execute(f"set role {other_roles}_writer")
        session.execute("create table staging.made_up (id int)")
        session.execute("reset role")
        session.execute("select * from staging.made_up")
        session.rollback()


def test_what_the_owner_built_before_is_handed_over(world: World, connection, command) -> None:
    """And the platform's own relations in a schema of that name are not."""
    connection.execute("create table staging.of_the_platform (id int)")
    built = connection.execute(
        "select oid::regclass::text from pg_class "
        "where relnamespace = any (%s::regnamespace[]) and relkind in ('r', 'v') and relname <> %s",
        [list(DBTS), "of_the_platform"],
    ).fetchall()
    handing_over = (DDL / "20240802_roles.sql").read_text(encoding="utf-8")
    for (relation,) in built:
        if re.search(rf"\b{relation.partition('.')[2]}\b", handing_over):  # others only a writer ever built
            connection.execute(f"alter table {relation} owner to current_user")
    connection.execute("delete from bootstrap.migrations where file = '20240802_roles.sql'")
    command("bootstrap")
    kept = connection.execute(
        "select oid::regclass::text from pg_class where relnamespace = any (%s::regnamespace[]) "
        "and relkind in ('r', 'v') and relowner = current_user::regrole",
        [list(DBTS)],
    ).fetchall()
    connection.execute("drop table staging.of_the_platform")
    assert {relation for (relation,) in kept} == {"staging.of_the_platform", *OWN_ROWS}


def test_a_platforms_organizations_stay_open_to_its_own_roles(
    empty_database, connection, command, other_roles
) -> None:
    connection.execute(
        "create table organizations (id uuid primary key, name text, plan text);"
        f"insert into organizations values ('{ME}', 'kept', 'plan');"
        f"create role {other_roles}_app; grant select on organizations to {other_roles}_app"
    )
    command("bootstrap")
    with connection.transaction(force_rollback=True):
        connection.execute(f"set local role {other_roles}_app")
        assert connection.execute("select name from organizations").fetchall() == [("kept",)]
    with connection.transaction(force_rollback=True):
        connection.execute(
            "alter table organizations enable row level security; set local role blipee_writer"
        )
        assert connection.execute("select name from organizations").fetchall() == [("kept",)]
        assert_tells_nothing(refused(connection, "select plan from organizations"), "plan")
        connection.execute("set local role blipee_member")
        assert_tells_nothing(refused(connection, "select id from organizations"), "organizations")


def test_what_supabase_grants_everybody_shows_nothing_until_it_is_made_a_member(
    empty_database, connection, command, other_roles
) -> None:
    everybody = f"{other_roles}_authenticated"
    connection.execute(f"create role {everybody}; grant usage on schema public to {everybody}")
    connection.execute(f"alter default privileges in schema public grant all on tables to {everybody}")
    command("bootstrap")
    tables = populate(connection).tables
    claims = json.dumps({"app_metadata": {"organization_id": str(ME)}})
    connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
    with connection.transaction(force_rollback=True):
        connection.execute(f"set local role {everybody}")
        assert [table for table in tables if ids(connection, table)] == []
        for table in tables:
            assert connection.execute(f"delete from {table}").rowcount == 0, table
    connection.execute(f"grant blipee_member to {everybody}")
    with connection.transaction(force_rollback=True):
        connection.execute(f"set local role {everybody}")
        assert ids(connection, "organizations") == {ME}
        assert len(ids(connection, "network_nodes")) == 1
        assert connection.execute("delete from network_nodes").rowcount == 0
        assert connection.execute("delete from industry_benchmarks").rowcount == 0
