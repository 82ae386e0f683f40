import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from documented import DOCUMENTED, PREREQUISITES_BY_HAND, UUID_BY_HAND
from worlds import AGAIN, SEED

from scripts import bootstrap
from scripts.shared.catalogue import shapes

PROJECT = Path(__file__).resolve().parents[2]
DDL = PROJECT / "scripts" / "ddl"
FILES = sorted(path.name for path in DDL.glob("*.sql"))
A_FILE = 0.03  # seconds, about


def everything(connection: psycopg.Connection) -> list[tuple]:
    """Return what the database holds in schemas, columns, constraints, functions, triggers and indexes."""
    return connection.execute(
        """
        select 'schema', nspname::text, '', '' from pg_namespace where nspname !~ '^pg_'
        union all
        select 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod)
        from pg_attribute join pg_class c on c.oid = attrelid
        where attnum > 0 and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
        union all
        select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace::regnamespace::text !~ '^(pg_|information_schema)'
        union all
        select 'function', pronamespace::regnamespace::text, proname, prosrc
        from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
        union all
        select 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
        from pg_trigger where not tgisinternal
        union all
        select 'index', schemaname, indexname, indexdef
        from pg_indexes where schemaname !~ '^(pg_|information_schema)'
        order by 1, 2, 3, 4
        """
    ).fetchall()


@pytest.fixture
def uuid_ossp(empty_database: str, connection: psycopg.Connection):
    """Make uuid_generate_v4() in a schema, as the extension would: the embedded server has no uuid-ossp."""

    def make(schema: str) -> None:
        connection.execute(f"create schema if not exists {schema}")
        if connection.execute("select 1 from pg_available_extensions where name = 'uuid-ossp'").fetchone():
            connection.execute(f'create extension "uuid-ossp" with schema {schema}')
        else:
            connection.execute(UUID_BY_HAND.format(schema=schema))

    return make


@pytest.fixture
def documented_by_hand(uuid_ossp, connection: psycopg.Connection) -> None:
    """The documented tables, and what they need, as somebody made them without the bootstrap."""
    uuid_ossp("public")
    connection.execute(PREREQUISITES_BY_HAND)
    for statements in DOCUMENTED.values():
        connection.execute(statements)


def test_an_empty_database_gets_every_file_and_every_rule(empty_database, connection, command):
    done = command("bootstrap")
    *files, last = done.stdout.splitlines()
    assert files == [f"applied {name}" for name in FILES]
    assert last == f"rules validated: {count_checks(connection)}"
    assert done.stderr == ""


def count_checks(connection: psycopg.Connection, validated: bool = True) -> int:
    """Return how many of the rules of later files are validated, or are not."""
    return connection.execute(
        "select count(*) from pg_constraint k join pg_description d on d.objoid = k.oid "
        "where connamespace = 'public'::regnamespace and contype = 'c' and convalidated = %s",
        [validated],
    ).fetchone()[0]


def test_the_second_run_does_nothing_and_says_so(database, connection, command):
    before = everything(connection), connection.execute("select * from bootstrap.migrations").fetchall()
    assert command("bootstrap").stdout == f"nothing to do: all {len(FILES)} files are applied\n"
    assert (
        everything(connection),
        connection.execute("select * from bootstrap.migrations").fetchall(),
    ) == before


@pytest.mark.parametrize("state", ["empty", "bootstrapped"])
def test_dry_run_changes_nothing(request, command, state):
    request.getfixturevalue("empty_database" if state == "empty" else "database")
    with psycopg.connect(autocommit=True) as connection:
        before = everything(connection)
        said = command("bootstrap", "--dry-run").stdout.splitlines()
        assert everything(connection) == before
    if state == "empty":
        assert said[:-1] == [f"would apply {name}" for name in FILES]
        assert said[-1].startswith("rules that would be validated: ")
    else:
        assert said == [f"nothing to do: all {len(FILES)} files are applied"]


def test_tables_that_are_the_documented_ones_already_are_adopted(documented_by_hand, connection, command):
    connection.execute("insert into organizations values ('00000000-0000-0000-0000-000000000001')")
    connection.execute("insert into network_nodes (node_type, node_name) values ('supplier', 'kept')")
    connection.execute("create index of_the_platform on network_nodes (node_name)")
    said = command("bootstrap").stdout
    assert "keeping the tables that were there: agent_ml_requests, network_intelligence_cache" in said
    assert connection.execute("select node_name from network_nodes").fetchall() == [("kept",)]
    assert "nothing to do" in command("bootstrap").stdout


def test_differing_tables_stop_everything_with_every_difference(uuid_ossp, connection, command):
    uuid_ossp("public")
    connection.execute(PREREQUISITES_BY_HAND)
    connection.execute(
        """
        create table ml_models (
          id uuid primary key default uuid_generate_v4(),
          organization_id uuid not null references organizations (id),
          model_type varchar(40) not null,
          model_name text,
          version text not null default '1',
          status text not null default 'training' check (status in ('training', 'active')),
          created_at timestamptz not null default now(),
          owner text
        );
        create table gri_standards (
          id uuid not null default uuid_generate_v4(),
          standard_code text not null,
          version text not null,
          industry text not null,
          topics jsonb not null,
          requirements jsonb not null,
          effective_date date not null,
          created_at timestamptz not null default now(),
          unique (standard_code)
        );
        create view network_nodes as select 1 as id;
        create table network_edges (id uuid primary key default uuid_generate_v4());
        """
    )
    before = everything(connection)
    foreign_key = "FOREIGN KEY (organization_id) REFERENCES organizations(id)"
    for options in ([], ["--dry-run"]):
        done = command("bootstrap", *options, expect=1)
        assert everything(connection) == before
        assert done.stdout == ""
        *differences, last = done.stderr.splitlines()
        assert last.startswith("Error: the tables are not the documented ones; nothing was changed")
        expected = [
            "ml_models: column model_type: type is character varying(40), expected text",
            "ml_models: column model_name: null is nullable, expected not null",
            "ml_models: column version: default is '1'::text, expected none",
            "ml_models: column framework (text, not null, 'tensorflow.js'::text) is missing",
            "ml_models: column architecture (jsonb, not null, none) is missing",
            "ml_models: column owner is not expected",
            "ml_models: constraint UNIQUE (organization_id, model_type, version) is missing",
            f"ml_models: constraint {foreign_key} ON DELETE CASCADE is missing",
            f"ml_models: constraint {foreign_key} is not expected",
            "gri_standards: columns stand in the order id, standard_code, version, industry, topics, "
            "requirements, effective_date, created_at, "
            "expected id, standard_code, industry, version, topics, requirements, effective_date, created_at",
            "gri_standards: constraint PRIMARY KEY (id) is missing",
            "network_nodes: is a view, not a table",
            "network_edges: constraint UNIQUE (source_node_id, target_node_id, edge_type) is missing",
        ]
        assert [line for line in expected if line not in differences] == []
        # 6 missing columns of ml_models, …: all of them, not the first of each table.
        assert (
            sum(line.startswith("ml_models: column") and line.endswith("missing") for line in differences)
            == 7
        )


def test_a_single_missing_constraint_is_a_difference(documented_by_hand, connection, command):
    connection.execute("alter table network_edges drop constraint network_edges_source_node_id_fkey")
    differences = command("bootstrap", expect=1).stderr.splitlines()[:-1]
    assert differences == [
        "network_edges: constraint FOREIGN KEY (source_node_id) REFERENCES network_nodes(id) is missing"
    ]


def test_a_table_changed_after_it_was_applied_is_named(database, connection, command):
    connection.execute("alter table network_nodes alter node_name drop not null")
    connection.execute("alter table network_edges drop constraint network_edges_no_self_edge")
    connection.execute("drop trigger network_data_exchanges_no_self_purchase on network_data_exchanges")
    connection.execute("drop table ml_features")
    differences = command("bootstrap", expect=1).stderr.splitlines()[:-1]
    assert differences == [
        "ml_features: the table is missing",
        "network_data_exchanges: constraint TRIGGER network_data_exchanges_no_self_purchase is missing",
        "network_edges: constraint CHECK ((source_node_id <> target_node_id)) is missing",
        "network_nodes: column node_name: null is nullable, expected not null",
    ]


def test_what_the_platform_added_after_it_was_applied_is_its_own(database, connection, command):
    connection.execute("alter table network_nodes add column colour text, add check (node_name <> '')")
    connection.execute("alter table network_nodes enable row level security")
    assert "nothing to do" in command("bootstrap").stdout


@pytest.fixture
def edited_project(tmp_path: Path) -> Path:
    """A copy of the scripts whose files a test may edit."""
    shutil.copytree(PROJECT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run_in(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.bootstrap", *args],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_edit_and_the_loss_of_an_applied_file_are_detected(database, edited_project):
    ddl = edited_project / "scripts" / "ddl"
    with (ddl / FILES[1]).open("a") as file:
        file.write("-- an afterthought\n")
    (ddl / FILES[-1]).unlink()
    done = run_in(edited_project)
    assert done.returncode == 1
    assert f"{FILES[1]} was edited after it was applied" in done.stderr
    assert f"{FILES[-1]} is missing" in done.stderr


def test_a_documented_file_that_is_not_there_stops_it_before_anything(
    empty_database, connection, edited_project
):
    (edited_project / "scripts" / "ddl" / bootstrap.DOCUMENTED[2]).unlink()
    done = run_in(edited_project)
    assert done.returncode == 1
    assert f"{bootstrap.DOCUMENTED[2]} is missing" in done.stderr and "Traceback" not in done.stderr
    assert shapes(connection, "public") == {}


def test_a_new_file_that_fails_leaves_nothing_and_names_its_line(database, connection, edited_project):
    new = edited_project / "scripts" / "ddl" / "29990101_new.sql"
    new.write_text("create table half_made (id int);\n\ncreate table broken (id no_such_type);\n")
    before = everything(connection)
    for options in ([], ["--dry-run"]):
        done = run_in(edited_project, *options)
        assert done.returncode == 1
        assert "29990101_new.sql:3:" in done.stderr and "no_such_type" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert everything(connection) == before
    new.write_text("create table whole (id int);\n")
    assert run_in(edited_project).stdout == "applied 29990101_new.sql\n"


def test_a_later_file_that_meets_offending_rows_quotes_none_of_them(database, connection, edited_project):
    connection.execute("insert into organizations (name) values ('canary-4711'), ('canary-4711')")
    new = edited_project / "scripts" / "ddl" / "29990101_new.sql"
    new.write_text("create unique index one_name on organizations (name);\n")
    done = run_in(edited_project)
    assert done.returncode == 3
    assert "one_name" in done.stderr and "canary" not in done.stdout + done.stderr


STREAM_A = (
    "agent_tasks", "agent_approvals", "agent_knowledge", "agent_execution_logs", "agent_errors",
    "agent_configs", "agent_events", "agent_results", "agent_scheduled_tasks", "agent_outcomes",
    "agent_patterns", "agent_knowledge_base",
)  # fmt: skip


def test_supabase_layout_is_used_and_left_alone(uuid_ossp, connection, command):
    uuid_ossp("extensions")
    connection.execute(
        """
        create schema auth;
        create table auth.users (id uuid primary key, email text, encrypted_password text);
        create table organizations (
          id uuid primary key default extensions.uuid_generate_v4(), name text, slug text unique, plan text
        );
        create table autonomous_agents (
          id uuid primary key default extensions.uuid_generate_v4(),
          organization_id uuid references organizations (id), name text, capabilities jsonb
        );
        insert into organizations (name, slug) values ('kept', 'kept');
        """
    )
    for table in STREAM_A:
        connection.execute(f"create table {table} (id uuid primary key, agent_id uuid, payload jsonb)")
        connection.execute(f"alter table {table} enable row level security")
    before = shapes(connection, "public"), shapes(connection, "auth")
    command("bootstrap")
    after = shapes(connection, "public"), shapes(connection, "auth")
    for schema_before, schema_after in zip(before, after, strict=True):
        for table, shape in schema_before.items():
            assert schema_after[table] == shape
    assert sum(map(len, before)) == 3 + len(STREAM_A)
    homes = connection.execute(
        "select pronamespace::regnamespace::text from pg_proc where proname = 'uuid_generate_v4'"
    ).fetchall()
    assert homes == [("extensions",)]
    default = shapes(connection, "public")["ml_models"]["columns"]["id"]["default"]
    assert default == "extensions.uuid_generate_v4()"
    row = connection.execute(
        "insert into network_nodes (organization_id, node_type, node_name) "
        "select id, 'organization', name from organizations returning id"
    ).fetchone()
    assert row is not None
    assert "nothing to do" in command("bootstrap").stdout


def test_organizations_that_no_foreign_key_can_refer_to_stop_it_before_anything(
    empty_database, connection, command
):
    connection.execute("create table organizations (id text primary key)")
    before = everything(connection)
    said = command("bootstrap", expect=1).stderr
    assert "foreign key" in said and len(said.splitlines()) == 1
    assert everything(connection) == before


def test_two_at_once_make_one_schema(empty_database, connection):
    run = [sys.executable, "-m", "scripts.bootstrap"]
    both = [subprocess.Popen(run, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said[0].count("applied") == len(FILES)
    assert said[1].startswith("nothing to do")
    assert connection.execute("select count(*) from bootstrap.migrations").fetchone() == (len(FILES),)


def test_a_bootstrap_that_holds_the_lock_is_named(database, connection, monkeypatch):
    monkeypatch.setattr(bootstrap, "LOCK_SECONDS", 1)
    connection.execute("select pg_advisory_lock(%s)", [bootstrap.LOCK])
    result = CliRunner().invoke(bootstrap.main)
    assert result.exit_code == 1
    assert "another bootstrap" in result.stderr and len(result.stderr.splitlines()) == 1


def sessions(connection: psycopg.Connection) -> list[int]:
    """Return the backends of whoever else is connected to the database."""
    others = connection.execute(
        "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and backend_type = 'client backend'"
    )
    return [pid for (pid,) in others]


def eventually(condition: Callable[[], object]) -> None:
    """Wait until a condition holds, which it soon does."""
    for _ in range(20_000):
        if condition():
            return
        time.sleep(0.003)
    raise AssertionError("that never came about")


def settled(connection: psycopg.Connection) -> tuple:
    """Return what the database holds, whether a rule is validated yet apart, and which files are applied."""
    held = tuple(tuple(cell.removesuffix(" NOT VALID") for cell in row) for row in everything(connection))
    return held, tuple(bootstrap.read_ledger(connection))


@pytest.fixture
def states(empty_database, connection, monkeypatch) -> list[tuple]:
    """What the database holds before the first file, and after each; it is empty again."""
    apply, seen = bootstrap.apply, []

    def look_and_apply(*arguments: object) -> None:
        seen.append(settled(connection))
        apply(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "apply", look_and_apply)
        assert CliRunner().invoke(bootstrap.main).exit_code == 0
    states = list(dict.fromkeys([*seen, settled(connection)]))
    assert len(states) == len(FILES) + 1
    empty(connection)
    return states


def empty(connection: psycopg.Connection) -> None:
    made = "auth, raw, last_build, bootstrap, staging, contributions, disclosure, reference, marts"
    made += ", intelligence, ledger"
    connection.execute(f"drop schema public, {made} cascade; create schema public")


@pytest.mark.parametrize(("end", "times"), [("process", 20), ("connection", 8)])
def test_ended_at_any_moment_it_leaves_whole_files_and_the_next_run_completes(states, connection, end, times):
    """Soon after some number of files, the process is killed or the connection is cut.

    Every fourth time the next run is left alone.
    """
    chance = random.Random(f"{end} {SEED}")
    for time_of_ending in range(times):
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.bootstrap"],
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        files = min(len(bootstrap.read_ledger(connection)) + chance.randint(0, 7), len(FILES))
        eventually(lambda: sessions(connection) and len(bootstrap.read_ledger(connection)) >= files)  # noqa: B023
        time.sleep(chance.uniform(0, A_FILE))
        if end == "process":
            process.kill()
        else:
            connection.execute("select pg_terminate_backend(pid) from unnest(%s) pid", [sessions(connection)])
        said = process.communicate(timeout=60)[1]
        eventually(lambda: not sessions(connection))
        if end == "connection" and process.returncode != 0:
            assert process.returncode == 1
            assert len(said.splitlines()) == 1 and "PostgreSQL at" in said, said
        assert settled(connection) in states, AGAIN
        print(files, states.index(settled(connection)), process.returncode, said[-150:])
        if time_of_ending % 4 == 3:
            assert CliRunner().invoke(bootstrap.main).exit_code == 0
            assert settled(connection) == states[-1], AGAIN
            assert count_checks(connection, validated=False) == 0
            empty(connection)


def one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_a_wrong_password_is_one_line(empty_database, command, monkeypatch):
    secret = "not-the-password"
    monkeypatch.setenv("PGPASSWORD", secret)
    done = command("bootstrap", expect=1)
    one_line(done, "password authentication failed", os.environ["PGUSER"], os.environ["PGPORT"], "PGPASSWORD")
    assert secret not in done.stderr


def test_a_server_that_is_down_is_one_line(command, monkeypatch):
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "u", "PGDATABASE": "d"}.items():
        monkeypatch.setenv(name, value)
    one_line(command("bootstrap", expect=1), "u@127.0.0.1:1/d", "Connection refused", "check that it runs")


def test_no_variables_at_all_is_one_line_that_tells_how_to_set_them(command, monkeypatch):
    monkeypatch.setenv("PGSERVICEFILE", os.devnull)
    one_line(command("bootstrap", expect=1), "scripts.embedded env")


def test_a_database_that_is_not_there_is_one_line(empty_database, command, monkeypatch):
    monkeypatch.setenv("PGDATABASE", "no_such_database")
    one_line(command("bootstrap", expect=1), "no_such_database", "does not exist")


def test_a_read_only_server_is_one_line(empty_database, connection, command, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    one_line(command("bootstrap", expect=1), "read-only", "primary")
    assert shapes(connection, "public") == {}


def test_a_read_only_server_that_has_everything_is_fine(database, command, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    assert "nothing to do" in command("bootstrap").stdout


@pytest.fixture
def older_server(empty_database, connection, monkeypatch) -> Iterator[None]:
    """The same server behind a relay that lets it say it is PostgreSQL 14."""
    real = (os.environ["PGHOST"], int(os.environ["PGPORT"]))
    version = connection.info.parameter_status("server_version").encode()
    said, older = (b"server_version\0" + text for text in (version, b"14" + version[2:]))

    def relay(source: socket.socket, target: socket.socket) -> None:
        while chunk := source.recv(65536):
            target.sendall(chunk.replace(said, older))
        target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        client, _ = listener.accept()
        with client, socket.create_connection(real) as upstream:
            back = threading.Thread(target=relay, args=[upstream, client])
            back.start()
            relay(client, upstream)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        for name, value in {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(listener.getsockname()[1]),
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
        }.items():
            monkeypatch.setenv(name, value)
        yield
        thread.join()


def test_an_older_postgresql_is_one_line(older_server, connection, command):
    one_line(command("bootstrap", expect=1), "is version 14", "15 or newer is needed")
    assert shapes(connection, "public") == {}


@pytest.fixture
def stranger(template, empty_database, connection, monkeypatch):
    """A user of the server without any privilege in the database, as whom the PG* variables log in."""
    name = f"blipee_stranger_{os.getpid()}"
    connection.execute(f"create role {name} login password 'stranger'")
    monkeypatch.setenv("PGUSER", name)
    monkeypatch.setenv("PGPASSWORD", "stranger")
    yield name
    connection.execute(f"drop owned by {name}")
    connection.execute(f"drop role {name}")


def test_a_missing_privilege_is_one_line_and_changes_nothing(stranger, connection, command):
    before = everything(connection)
    one_line(command("bootstrap", expect=1), "permission denied", "ask the owner", stranger)
    connection.execute(f"grant create on database {connection.info.dbname} to {stranger}")
    one_line(command("bootstrap", expect=1), "permission denied for schema public")
    assert everything(connection) == before
    connection.execute(f"grant create on schema public to {stranger}")
    command("bootstrap", "--dry-run", expect=1)  # the roles: test_roles.py
    connection.execute(f"grant blipee_writer to {stranger}")
    command("bootstrap")


def test_tables_of_another_owner_stop_it_before_anything(stranger, documented_by_hand, connection, command):
    connection.execute(f"grant create on database {connection.info.dbname} to {stranger}")
    connection.execute(f"grant create on schema public to {stranger}")
    connection.execute(f"grant usage on schema auth to {stranger}")
    connection.execute(f"grant all on all tables in schema public, auth to {stranger}")
    before = everything(connection)
    one_line(command("bootstrap", expect=1), "must be owner of table", "nothing was changed")
    assert everything(connection) == before


def test_a_table_that_somebody_holds_stops_it_before_anything(documented_by_hand, connection, monkeypatch):
    monkeypatch.setattr(bootstrap, "LOCK_SECONDS", 1)
    before = everything(connection)
    with psycopg.connect() as other:
        other.execute("lock table network_privacy_settings in access share mode")
        result = CliRunner().invoke(bootstrap.main)
    assert result.exit_code == 1 and result.stdout == ""
    assert "another session holds the lock" in result.stderr and len(result.stderr.splitlines()) == 1
    assert everything(connection) == before
    assert CliRunner().invoke(bootstrap.main).exit_code == 0
