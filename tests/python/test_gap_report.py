import json
import os
import re

import psycopg
import pytest

from scripts import bootstrap
from scripts.shared.gaps import DOCUMENTED, STREAM_A

GAPS_FOUND = 3
TWICE = {"agent_approvals", "agent_knowledge", "agent_errors"}


@pytest.fixture
def report(command):
    """``report(expect=…)``: the report as JSON, its tables by name."""

    def run(expect: int = GAPS_FOUND) -> tuple[dict, dict[str, dict]]:
        said = json.loads(command("gap_report", "--format", "json", expect=expect).stdout)
        return said, {table["table"]: table for stream in said["streams"] for table in stream["tables"]}

    return run


def make_stream_a(connection: psycopg.Connection) -> None:
    for table in {table for tables in STREAM_A.values() for table in tables} - {"autonomous_agents"}:
        connection.execute(f"create table {table} (id int)")


def test_the_stored_shapes_are_what_the_documented_files_make(empty_database, connection):
    files = {path.name: path for path in bootstrap.DDL.glob("*.sql")}
    migrations = {name: bootstrap.Migration(name, path.read_bytes()) for name, path in files.items()}
    assert bootstrap.rehearse(connection, migrations) == DOCUMENTED


def test_stream_a_is_what_the_analysis_says_of_it(shared_data):
    analysis = (shared_data.parent / "spec" / "migration_gap_analysis.md").read_text()
    existing, _, _ = analysis.partition("## Missing Tables")
    files = re.findall(r"### From `(\S+)`\n(.*?)\n\n", existing, re.DOTALL)
    assert {file: tuple(re.findall(r"\*\*(\w+)\*\*", tables)) for file, tables in files} == STREAM_A


def test_an_empty_database_lacks_every_table(empty_database, report):
    said, tables = report()
    assert said["tables"] == {"exists": 0, "missing": 36, "differs": 0}
    assert [(stream["stream"][:8], len(stream["tables"])) for stream in said["streams"]] == [
        ("Stream A", 13),
        ("Stream B", 5),
        ("Stream C", 4),
        ("Stream D", 11),
        ("Cross-st", 3),
    ]
    assert {name for name, table in tables.items() if len(table["defined_in"]) == 2} == TWICE


def test_a_bootstrapped_database_lacks_what_is_the_platforms_own(database, connection, report):
    said, tables = report()
    assert said["tables"] == {"exists": 24, "missing": 12, "differs": 0}
    assert tables["autonomous_agents"]["state"] == "exists"
    make_stream_a(connection)
    said, _ = report(expect=0)
    assert said["tables"] == {"exists": 36, "missing": 0, "differs": 0}


def test_what_only_the_database_has_is_listed_and_no_difference(database, connection, report):
    make_stream_a(connection)
    connection.execute("alter table network_nodes add colour text, add check (node_name <> 'x')")
    _, tables = report(expect=0)
    additions = tables["network_nodes"]["additions"]
    assert "column colour is not expected" in additions
    assert "constraint CHECK ((node_name <> 'x'::text)) is not expected" in additions


def test_every_difference_is_named(database, connection, report):
    make_stream_a(connection)
    connection.execute(
        """
        drop table ml_features, agent_events;
        alter table network_nodes alter node_name drop not null, alter node_type type varchar(20);
        alter table network_edges drop constraint network_edges_source_node_id_fkey;
        alter table regulatory_compliance rename to elsewhere;
        create view regulatory_compliance as select * from elsewhere;
        """
    )
    said, tables = report()
    assert said["tables"] == {"exists": 31, "missing": 2, "differs": 3}
    assert {name: table["state"] for name, table in tables.items() if table["state"] != "exists"} == {
        "ml_features": "missing",
        "agent_events": "missing",
        "network_nodes": "differs",
        "network_edges": "differs",
        "regulatory_compliance": "differs",
    }
    assert {
        "column node_name: null is nullable, expected not null",
        "column node_type: type is character varying(20), expected text",
    } < set(tables["network_nodes"]["differences"])
    assert tables["network_edges"]["differences"] == [
        "constraint FOREIGN KEY (source_node_id) REFERENCES network_nodes(id) is missing"
    ]
    assert tables["regulatory_compliance"]["differences"] == ["is a view, not a table"]


def test_markdown_says_the_same(database, connection, command):
    connection.execute("alter table network_nodes alter node_name drop not null")
    said = command("gap_report", expect=GAPS_FOUND).stdout
    assert "| Stream A: Autonomous Agents | 13 | 1 | 12 | 0 |" in said
    assert "| Stream D: Network Features | 11 | 10 | 0 | 1 |" in said
    assert "| all | 36 | 23 | 12 | 1 |" in said
    assert "23 tables are documented column by column" in said
    assert set(re.findall(r"\*\*(\w+)\*\*: missing; defined twice", said)) == TWICE
    assert (
        "- **network_nodes**: differs\n  - `column node_name: null is nullable, expected not null`\n" in said
    )


@pytest.fixture
def reader(database, connection, monkeypatch):
    """A user who may connect and read the catalogue, and nothing else, as whom the PG* variables log in."""
    name = f"blipee_reader_{os.getpid()}"
    connection.execute(f"create role {name} login password 'reader'")
    monkeypatch.setenv("PGUSER", name)
    monkeypatch.setenv("PGPASSWORD", "reader")
    yield name
    connection.execute(f"drop role {name}")


def test_who_may_only_read_gets_the_same_report(reader, report, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    said, _ = report()
    assert said["tables"] == {"exists": 24, "missing": 12, "differs": 0}


def test_who_may_not_use_a_schema_is_told_so(reader, connection, command):
    connection.execute("revoke usage on schema public from public")
    done = command("gap_report", expect=1)
    assert done.stdout == ""
    assert "ask the owner to grant usage" in done.stderr and len(done.stderr.splitlines()) == 1
