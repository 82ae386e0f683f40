"""scripts.load: a bundle goes in, its bad lines are kept aside, and what is no bundle changes nothing."""

import gzip
import hashlib
import itertools
import os
import re
import tracemalloc
import uuid
from pathlib import Path

import duckdb
import psycopg
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.load import main
from scripts.shared.source import workspace
from scripts.shared.stream import copy_rows

OBSERVATIONS = "organization_id,metric_name,period,value,unit\n"
EVERYTHING = {
    "organizations": "organization_id,name\nacme,Acme\nbeta,Beta\n",
    "industry_models": (
        "industry_code,industry_name,parent_industry_code\n31-33,Manufacturing,\n311,Food,31-33\n"
    ),
    "organization_industries": "organization_id,primary_industry,secondary_industries\nacme,311,31-33;311\n",
    "network_nodes": 'organization_id,node_name,location\nacme,Acme,"{""country"": ""PT""}"\nbeta,Beta,\n',
    "network_edges": "source_organization_id,target_organization_id,edge_type\nacme,beta,subsidiary_of\n",
    "network_privacy_settings": (
        "organization_id,data_category,sharing_level,consent_given,consent_date\n"
        "acme,energy,network,true,2024-01-01\n"
    ),
    "network_peer_groups": "group_name,industry\nbig,311\n",
    "network_peer_group_members": "group_name,organization_id\nbig,acme\n",
    "metrics": "metric_name,category,unit,allow_negative\nown_metric,energy,kWh,false\n",
    "network_data_marketplace": (
        "provider_org_id,dataset_name,dataset_type,data_period,access_type\nacme,d,t,2024,exchange\n"
    ),
    "metric_observations": OBSERVATIONS + "acme,own_metric,2024,5,kWh\nbeta,own_metric,2024,6.5,kWh\n",
}


def write(folder: Path, **tables: str | bytes) -> Path:
    """Write a bundle: table=text."""
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def load(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def loads(*args: object, rejected: int = 0) -> str:
    """Load what must load; return the last line."""
    result = load(*args)
    assert result.exit_code == (3 if rejected else 0), result.output
    last = result.stdout.rstrip().splitlines()[-1]
    assert f"rejected {rejected} " in last
    return last


def as_uuid(text: str) -> uuid.UUID:
    return uuid.UUID(hashlib.md5(text.encode()).hexdigest())


def one(connection: psycopg.Connection, query: str) -> object:
    return connection.execute(query).fetchone()[0]


def contents(connection: psycopg.Connection) -> dict[str, list]:
    """Everything that a load may write, row for row."""
    tables = connection.execute(
        "select schemaname || '.' || tablename from pg_tables where schemaname in ('public', 'raw')"
    ).fetchall()
    return {
        table: connection.execute(f"select t::text from {table} t order by 1").fetchall()
        for (table,) in tables
    }


def reasons(connection: psycopg.Connection) -> set[tuple]:
    return set(connection.execute("select file, line, column_name, reason from raw.rejected_rows").fetchall())


# --- what goes in ---


def test_a_bundle_of_all_kinds_loads_and_a_second_time_changes_nothing(
    command, connection: psycopg.Connection, tmp_path: Path
) -> None:
    bundle = write(tmp_path / "with space", **EVERYTHING)
    first = command("load", bundle)
    assert first.stdout.splitlines()[-1] == "read 15, accepted 15, rejected 0 (batch 1)"
    assert (
        one(
            connection,
            "select configuration ->> 'parent_industry_code' from industry_models "
            "where industry_name = 'Food'",
        )
        == "31-33"
    )
    assert one(connection, "select secondary_industries from organization_industries") == ["31-33", "311"]
    assert (
        one(connection, "select location ->> 'country' from network_nodes where node_name = 'Acme'") == "PT"
    )
    edge = connection.execute(
        "select s.node_name, t.node_name from network_edges e join network_nodes s on s.id = source_node_id "
        "join network_nodes t on t.id = target_node_id"
    ).fetchall()
    assert edge == [("Acme", "Beta")]
    assert (
        one(connection, "select consent_date from network_privacy_settings").isoformat()
        == "2024-01-01T00:00:00+00:00"
    )
    assert one(connection, "select organization_id from network_peer_group_members") == as_uuid("acme")
    assert one(connection, "select id from network_peer_groups") == as_uuid("big")  # given by name alone

    before = contents(connection)
    again = command("load", bundle)
    assert again.stdout.splitlines()[-1] == "read 15, accepted 15, rejected 0 (nothing changed)"
    assert contents(connection) == before


def test_an_identifier_is_a_uuid_in_any_spelling_or_the_digest_of_its_text(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    given_uuid = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"
    loads(write(
        tmp_path / "b",
        organizations=f"organization_id,name\n{given_uuid},A\n Müller ,M\n",
        metric_observations=OBSERVATIONS + f"{given_uuid.lower()},m,2024,1,kWh\nMüller,m,2024,1,kWh\n",
    ))  # fmt: skip
    expected = {uuid.UUID(given_uuid), as_uuid("Müller")}
    for query in ("select id from organizations", "select organization_id from raw.metric_observations"):
        assert {row[0] for row in connection.execute(query)} == expected


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "bom", "crlf", "header"])
def test_the_forms_of_a_file(connection: psycopg.Connection, tmp_path: Path, form: str) -> None:
    text = OBSERVATIONS + "acme,m,2024,1.5,kWh\nbeta,m,2024,2,kWh\n"
    bundle = tmp_path / "b"
    bundle.mkdir()
    path = bundle / "metric_observations.csv"
    match form:
        case "csv.gz":
            path.with_suffix(".csv.gz").write_bytes(gzip.compress(text.encode()))
        case "parquet":
            with duckdb.connect() as rows:
                rows.execute(
                    "copy (select 'acme' as organization_id, 'm' as metric_name, 2024 as period, "
                    "1.5 as value, 'kWh' as unit "
                    f"union all select 'beta', 'm', 2024, 2, 'kWh') to '{path.with_suffix('.parquet')}'"
                ).fetchall()
        case "bom":
            path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        case "crlf":
            path.write_bytes(text.replace("\n", "\r\n").encode())
        case "header":
            path.write_text(text.replace("organization_id,metric_name", " Organization_ID , METRIC_NAME"))
    loads(bundle)
    stored = connection.execute(
        "select organization_id, period, value from raw.metric_observations"
    ).fetchall()
    assert sorted(stored) == sorted([(as_uuid("acme"), "2024", 1.5), (as_uuid("beta"), "2024", 2.0)])


def test_parquet_lists_and_structs_become_arrays_and_json(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    bundle = write(tmp_path / "b", organizations=EVERYTHING["organizations"])
    with duckdb.connect() as rows:
        rows.execute(
            "copy (select 'acme' as organization_id, 'A' as node_name, ['ISO 14001'] as certifications, "
            f"{{'country': 'PT'}} as location) to '{bundle / 'network_nodes.parquet'}'"
        ).fetchall()
    loads(bundle)
    stored = connection.execute("select certifications, location from network_nodes").fetchone()
    assert stored == (["ISO 14001"], {"country": "PT"})


def test_an_observation_with_another_value_is_a_restatement_and_the_same_again_is_not_stored(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    versions = "select value from raw.metric_observations order by batch_id, file_row"
    header = "organization_id,metric_name,period,value,unit,site_id\n"
    bundle = write(tmp_path / "b", metric_observations=header + "acme,m,2024,5,kWh,\nacme,m,2024,7,kWh,s\n")
    loads(bundle)
    write(
        bundle, metric_observations=header + "acme,m,2024,6,kWh,\nacme,m,2024,7,kWh,s\nacme,m,2023,1,kWh,\n"
    )
    loads(bundle)
    assert [row[0] for row in connection.execute(versions)] == [5, 7, 6, 1]
    assert "nothing changed" in loads(bundle)
    write(
        bundle, metric_observations=header + "acme,m,2024,5,kWh,\n"
    )  # back to what it was: one more restatement
    loads(bundle)
    assert [row[0] for row in connection.execute(versions)] == [5, 7, 6, 1, 5]
    series = connection.execute(
        "select period, unit, last_batch_id from raw.observed_series order by 1"
    ).fetchall()
    last = one(connection, "select max(batch_id) from raw.batches")
    assert series[1] == ("2024", "kWh", last)
    assert series[0][2] < last


def test_a_row_whose_key_exists_is_updated_and_only_where_it_differs(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    bundle = write(tmp_path / "b", **EVERYTHING)
    loads(bundle)
    before = dict(connection.execute("select node_name, xmin::text || id from network_nodes").fetchall())
    write(
        bundle, network_nodes="organization_id,node_name,data_sharing_level\nacme,Acme,full\nbeta,Beta,none\n"
    )
    loads(bundle)
    after = dict(connection.execute("select node_name, xmin::text || id from network_nodes").fetchall())
    assert after["Beta"] == before["Beta"]
    assert after["Acme"] != before["Acme"]
    assert after["Acme"][-36:] == before["Acme"][-36:]
    acme = connection.execute(
        "select data_sharing_level, location, updated_at > created_at from network_nodes "
        "where node_name = 'Acme'"
    ).fetchone()
    assert acme == ("full", {"country": "PT"}, True)  # what the file does not name stays


def test_an_empty_cell_takes_back_what_was_shared(connection: psycopg.Connection, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b", **EVERYTHING)
    loads(bundle)
    write(
        bundle,
        network_privacy_settings="organization_id,data_category,sharing_level,consent_given,consent_date\n"
        "acme,energy,network,,\n",
    )
    loads(bundle)
    assert connection.execute(
        "select consent_given, consent_date from network_privacy_settings"
    ).fetchall() == [(False, None)]


# --- what does not go in ---


def test_bad_lines_are_kept_with_their_reason_and_the_good_ones_load(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    header = "organization_id,metric_name,period,value,unit,data_quality,reported_at\n"
    bundle = write(
        tmp_path / "b",
        metric_observations=header.encode()
        + b"acme,m,2024,1,kWh,1,2024-05-01\n"  # 2
        + b"acme,m,2024,1\n"
        + b"acme,m,2024,1,kWh,1,2024-05-01,more\n"
        + b"acm\xe9,m,2024,1,kWh,1,2024-05-01\n"  # 5
        + b"acme,m,2023,many,kWh,1,2024-05-01\n"
        + b"acme,m,2023,,kWh,1,2024-05-01\n"
        + b"acme,m,2023,1,kWh,good,2024-05-01\n"  # 8
        + b"acme,m,2023,1,kWh,1,05/01/2024\n"
        + b"acme,m\0,2023,1,kWh,1,2024-05-01\n"
        + b" ,m,2023,1,kWh,1,2024-05-01\n"  # 11
        + b"beta,m,2023,1,kWh,1,2024-05-01\n"
        + b"beta,m,2023,2,kWh,1,2024-05-01\n",
    )
    last = loads(bundle, rejected=10)
    assert last.startswith("read 12, accepted 2, rejected 10 (batch 1; ")
    file = "metric_observations.csv"
    assert reasons(connection) == {
        (file, 3, "unit", "too few cells"),
        (file, 4, None, "too many cells"),
        (file, 5, "organization_id", "not UTF-8"),
        (file, 6, "value", "is not a number"),
        (file, 7, "value", "is missing"),
        (file, 8, "data_quality", "is not a number"),
        (file, 9, "reported_at", "is not a date such as 2024-03-31"),
        (file, 10, "metric_name", "holds a line break or a NUL"),
        (file, 11, "organization_id", "is missing"),
        (file, 12, None, "a later row of this file has the same key"),
    }
    assert [row[0] for row in connection.execute("select value from raw.metric_observations order by 1")] == [
        1,
        2,
    ]
    assert connection.execute(
        "select rows_read, rows_accepted, rows_rejected from raw.batches"
    ).fetchall() == [(12, 2, 10)]
    before = contents(connection)
    assert "nothing changed" in loads(bundle, rejected=10)
    assert contents(connection) == before


def test_what_postgresql_refuses_is_isolated_to_the_row_and_never_quoted(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    many = "".join(f"org{n},Org {n}\n" for n in range(300))
    nodes = "".join(f"org{n},Org {n},,0.5,full\n" for n in range(300))
    bundle = write(
        tmp_path / "b",
        organizations="organization_id,name\n" + many + "acme,Acme\n",
        network_nodes="organization_id,node_name,location,esg_score,data_sharing_level\n"
        + "secret,S,,0.5,full\n"
        + "acme,S,{broken,0.5,full\n"
        + nodes
        + "acme,S,,12345,full\n"
        + "acme,Acme,,0.5,full\n"  # the good one, before two bad ones of the same key
        + "acme,S,,0.5,secret\n"
        + "acme,,,0.5,full\n"
        + ",S,,0.5,full\n"
        + "acme,S\0,,0.5,full\n",
        network_edges="source_organization_id,target_organization_id,edge_type\n"
        + "org1,nobody,subsidiary_of\norg1,org2,buys_from\n",
    )
    result = load(bundle)
    assert result.exit_code == 3, result.output
    assert "read 611, accepted 603, rejected 8 (" in result.stdout
    assert "secret" not in result.output
    assert "12345" not in result.output
    file = "network_nodes.csv"
    assert reasons(connection) == {
        (file, 2, "organization_id", "no such row in organizations (load it first)"),
        (file, 3, "location", "cannot be read as jsonb"),
        (file, 304, "esg_score", "cannot be read as numeric(3,2)"),
        (file, 306, "data_sharing_level", "violates CHECK network_nodes_data_sharing_level_check"),
        (file, 307, "node_name", "is missing"),
        (file, 308, "organization_id", "is missing"),
        (file, 309, "node_name", "cannot be read as text"),
        ("network_edges.csv", 2, "target_organization_id", "no such row in network_nodes (load it first)"),
    }
    assert one(connection, "select count(*) from network_nodes") == 301
    assert (
        one(connection, f"select node_name from network_nodes where organization_id = '{as_uuid('acme')}'")
        == "Acme"
    )


def test_a_table_without_a_key_takes_the_digest_of_the_row_or_the_id_given(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    row = "acme,d,t,2024,exchange\n"
    listing = "provider_org_id,dataset_name,dataset_type,data_period,access_type\n"
    bundle = write(
        tmp_path / "b",
        organizations=EVERYTHING["organizations"],
        network_data_marketplace=listing + row + row + "acme,e,t,2024,exchange\n",
    )
    loads(bundle, rejected=1)
    assert one(connection, "select count(*) from network_data_marketplace") == 2
    write(
        bundle,
        network_data_marketplace=f"id,{listing}one,acme,f,t,2024,exchange\n",
        network_data_exchanges="listing_id,buyer_org_id,transaction_type\none,beta,sale\n",
    )
    loads(bundle)
    assert one(connection, "select count(*) from network_data_marketplace") == 3
    assert one(connection, "select listing_id from network_data_exchanges") == as_uuid("one")


OBSERVATION = "acme,m,2024,1,kWh\n"
NOT_A_BUNDLE = {
    "a folder without a table": ({}, "no table file"),
    "an unknown table": (
        {"measurements.csv": "a\n1\n"},
        "measurements.csv: not a table of a bundle; allowed are agent_ml",
    ),
    "a table that dbt publishes": (
        {"industry_benchmarks.csv": "a\n1\n"},
        "dbt build publishes industry_benchmarks",
    ),
    "another kind of file": ({"organizations.xlsx": "a"}, "organizations.xlsx: not a table of a bundle"),
    "one table twice": (
        {"metrics.csv": "a\n", "metrics.csv.gz": gzip.compress(b"a\n")},
        "metrics comes from metrics.csv already",
    ),
    "an empty file": ({"metric_observations.csv": ""}, "the file is empty"),
    "an empty first line": ({"metric_observations.csv": "\n" + OBSERVATIONS}, "line 1 is empty"),
    "a column too many": (
        {"metric_observations.csv": OBSERVATIONS.replace("unit", "unit,colour") + "a,b,c,1,d,e\n"},
        "line 1: metric_observations has no column 'colour'; it may have organization_id",
    ),
    "a column too few": (
        {"metric_observations.csv": OBSERVATIONS.replace(",unit", "") + "a,b,c,1\n"},
        "line 1: the column unit is missing",
    ),
    "a column twice": (
        {"metric_observations.csv": OBSERVATIONS.replace("unit", "unit,unit")},
        "line 1: the column 'unit' stands there twice",
    ),
    "a column without a name": (
        {"metric_observations.csv": OBSERVATIONS.replace("unit", "unit,")},
        "line 1: column 6 has no name",
    ),
    "two columns that say the same": (
        {"network_edges.csv": "source_organization_id,source_node_id,target_node_id,edge_type\n"},
        "source_organization_id and source_node_id say the same",
    ),
    "a required column missing in a documented table": (
        {"network_nodes.csv": "organization_id\nacme\n"},
        "network_nodes.csv: line 1: the column node_name is missing",
    ),
    "a key missing in a documented table": (
        {"organizations.csv": "name\nAcme\n"},
        "organizations.csv: line 1: the column organization_id is missing",
    ),
    "semicolons": (
        {"metric_observations.csv": OBSERVATIONS.replace(",", ";")},
        "line 1 is separated by semicolons; save it with commas",
    ),
    "UTF-16": ({"metric_observations.csv": (OBSERVATIONS + OBSERVATION).encode("utf-16")}, "not UTF-8 text"),
    "no gzip": ({"metric_observations.csv.gz": OBSERVATIONS}, "not a gzip file"),
    "half a gzip": (
        {"metric_observations.csv.gz": gzip.compress((OBSERVATIONS + OBSERVATION * 50000).encode())[:-20]},
        "not a gzip file, or cut short",
    ),
    "no Parquet": ({"metric_observations.parquet": "PAR1 and no more"}, "not a Parquet file"),
    "a quote that is not closed": (
        {"metric_observations.csv": OBSERVATIONS + OBSERVATION + 'acme,"m,2024,2,kWh\n' + OBSERVATION * 3},
        "metric_observations.csv: line 3: a quote is opened and not closed",
    ),
    "a quote in the middle of a quoted cell": (
        {"metric_observations.csv": OBSERVATIONS + OBSERVATION + 'acme,"m"x,2024,2,kWh\n'},
        "metric_observations.csv: line 3: a quote is opened and not closed",
    ),
}


@pytest.mark.parametrize("case", NOT_A_BUNDLE)
def test_what_is_no_bundle_is_refused_in_one_line_and_changes_nothing(
    module_database: str, connection: psycopg.Connection, tmp_path: Path, case: str
) -> None:
    files, message = NOT_A_BUNDLE[case]
    bundle = tmp_path / "b"
    bundle.mkdir()
    for name, content in files.items():
        (bundle / name).write_bytes(content.encode() if isinstance(content, str) else content)
    if files:
        with (bundle / "gri_standards.csv").open("w") as good:  # a good file beside it does not load either
            good.write(
                "standard_code,industry,version,topics,requirements,effective_date\nX,x,1,[],{},2024-01-01\n"
            )
    before = contents(connection)
    result = load(bundle)
    assert result.exit_code == 1, result.output
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert contents(connection) == before


def test_a_path_that_is_not_there_or_is_a_file(tmp_path: Path) -> None:
    missing = load(tmp_path / "nowhere")
    assert (missing.exit_code, missing.stderr) == (
        1,
        f"Error: {tmp_path / 'nowhere'}: no such file or folder\n",
    )
    file = tmp_path / "organizations.csv"
    file.write_text("organization_id,name\n")
    assert "not a folder" in load(file).stderr


@pytest.mark.parametrize(
    ("variable", "value"), [("PGPASSWORD", "wrong"), ("PGPORT", "1"), ("PGDATABASE", "nowhere")]
)
def test_a_server_that_does_not_let_us_in(
    module_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    if variable == "PGPASSWORD" and not os.environ.get("PGPASSWORD"):
        pytest.skip("the server takes no password")
    monkeypatch.setenv(variable, value)
    result = load(write(tmp_path / "b", metric_observations=OBSERVATIONS + OBSERVATION))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: PostgreSQL at ")
    assert result.stderr.count("\n") == 1


def test_a_database_that_was_not_bootstrapped(empty_database: str, tmp_path: Path) -> None:
    for table in ("metric_observations", "organizations"):
        result = load(write(tmp_path / table, **{table: EVERYTHING[table]}))
        assert result.exit_code == 1
        assert "run python -m scripts.bootstrap first" in result.stderr


def test_a_missing_privilege_loads_nothing(
    connection: psycopg.Connection, tmp_path: Path, monkeypatch
) -> None:
    connection.execute("drop role if exists blipee_reader")
    connection.execute("create role blipee_reader login password 'reader'")
    try:
        connection.execute("grant usage on schema raw to blipee_reader")
        monkeypatch.setenv("PGUSER", "blipee_reader")
        monkeypatch.setenv("PGPASSWORD", "reader")
        result = load(write(tmp_path / "b", **EVERYTHING))
    finally:
        connection.execute("drop owned by blipee_reader")
        connection.execute("drop role blipee_reader")
    assert result.exit_code == 1
    assert "permission denied" in result.stderr
    assert result.stderr.count("\n") == 1
    assert one(connection, "select count(*) from organizations") == 0


@pytest.mark.parametrize("table", ["metric_observations", "observed_series", "rejected_rows"])
def test_a_failure_late_in_the_load_takes_everything_back(
    connection: psycopg.Connection, tmp_path: Path, table: str
) -> None:
    connection.execute(f"drop table raw.{table}")
    before = contents(connection)
    result = load(write(tmp_path / "b", **EVERYTHING))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: PostgreSQL at ")
    assert result.stderr.count("\n") == 1
    assert contents(connection) == before


def test_a_reader_that_fails_half_way_ends_the_copy(connection: psycopg.Connection) -> None:
    connection.execute("create table arrived (n text)")
    half_way = "select if(i = 900000, error('stop'), i::varchar) from range(1000000) t(i)"
    with workspace() as rows, pytest.raises(duckdb.Error, match="stop"):
        copy_rows(rows, half_way, connection.cursor(), "arrived")
    assert one(connection, "select count(*) from arrived") == 0


@pytest.mark.parametrize("rows_to_send", [1, 1000000])
def test_a_copy_that_postgresql_refuses_ends_the_reader(
    connection: psycopg.Connection, rows_to_send: int
) -> None:
    for _ in range(20):  # whichever of the two comes first
        with workspace() as rows, pytest.raises(psycopg.errors.UndefinedTable):
            copy_rows(rows, f"select i from range({rows_to_send}) t(i)", connection.cursor(), "nowhere")


# --- always ---

CLEAN = st.tuples(
    st.text(
        st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=("Cs",)), max_size=8
    ),
    st.floats().map(repr),
).map(lambda parts: (True, ("o", "METRIC", f'"{parts[0].replace(chr(34), chr(34) * 2)}x"', parts[1], "kWh")))
DIRTY = st.sampled_from(
    [
        ("o", "METRIC", "2024"),
        ("o",),
        ("o", "METRIC", "2024", "1", "kWh", "site", "more"),
        ("o", "METRIC", "2024", "one", "kWh"),
        ("o", "METRIC", "2024", "", "kWh"),
        ("o", "METRIC", "2024", "1", " \t"),
        ("", "", "", "", ""),
        (b"\xff", "METRIC", "2024", "1", "kWh"),
        ("o", "METRIC", '"2\n\n4"', "1", "kWh"),
        ("o", "METRIC", '"2\r\n4"', "1", "kWh"),
        ("o", "METRIC", "20\x0024", "1", "kWh"),
    ]
).map(lambda cells: (False, cells))
numbers = itertools.count()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.one_of(CLEAN, DIRTY), max_size=12),
    line_end=st.sampled_from([b"\n", b"\r\n"]),
    blank_lines=st.booleans(),
    last_line_ends=st.booleans(),
)
def test_accepted_and_rejected_make_up_what_was_read(
    module_database: str, tmp_path_factory, lines, line_end: bytes, blank_lines: bool, last_line_ends: bool
) -> None:
    number = next(numbers)
    records = [(OBSERVATIONS.strip() + ",site_id").encode()]
    for index, (_, cells) in enumerate(lines):
        cells = [cell if isinstance(cell, bytes) else cell.encode() for cell in cells]
        if len(cells) == 5:
            cells.append(f"site {index}".encode())
        records.append(b",".join(cells).replace(b"METRIC", f"metric {number}".encode()))
    text = (line_end * (2 if blank_lines else 1)).join(records)
    if last_line_ends:
        text += line_end
    bundle = write(tmp_path_factory.mktemp("dirty") / f"bundle {number}", metric_observations=text)

    result = load(bundle)
    good = sum(is_good for is_good, _ in lines)
    assert result.exit_code == (3 if good < len(lines) else 0), result.output
    last = result.stdout.splitlines()[-1]
    assert last.startswith(f"read {len(lines)}, accepted {good}, rejected {len(lines) - good} (")
    with psycopg.connect() as connection:
        stored = connection.execute(
            "select count(*) from raw.metric_observations where metric_name = %s", (f"metric {number}",)
        ).fetchone()
        kept = connection.execute(
            "select count(*) from raw.rejected_rows where source = %s", (bundle.name,)
        ).fetchone()
    assert (stored[0], kept[0]) == (good, len(lines) - good)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.lists(st.sampled_from([*b'a1,,,,"\n\n\r\\ .\0\xff;']), max_size=60).map(bytes))
def test_no_bytes_break_the_loader(module_database: str, tmp_path_factory, body: bytes) -> None:
    bundle = write(
        tmp_path_factory.mktemp("bytes") / "bundle", metric_observations=OBSERVATIONS.encode() + body
    )
    result = load(bundle)
    assert result.exit_code in (0, 1, 3), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if result.exit_code == 1:
        assert "a quote is opened and not closed" in result.stderr
    else:
        read, accepted, rejected = map(int, re.findall(r"\d+", result.stdout.splitlines()[-1])[:3])
        assert accepted + rejected == read


def test_lines_with_several_kinds_of_line_end_load(connection: psycopg.Connection, tmp_path: Path) -> None:
    text = OBSERVATIONS + "a,m,2024,1,kWh\r\nb,m,2024,2,kWh\nc,m,2024\r,3,kWh\r\n"
    last = loads(write(tmp_path / "b", metric_observations=text.encode()), rejected=2)
    assert last.startswith("read 4, accepted 2, rejected 2")


def test_no_row_comes_into_python(connection: psycopg.Connection, tmp_path: Path) -> None:
    """A hundred thousand rows take 100 MB as Python tuples; the load needs the pieces of COPY."""
    bundle = tmp_path / "b"
    bundle.mkdir()
    with duckdb.connect() as rows:
        rows.execute(
            "copy (select 'organisation ' || i as organization_id, 'm' as metric_name, '2024' as period, "
            f"i as value, 'kWh' as unit from range(100000) t(i)) to '{bundle / 'metric_observations.csv'}'"
        ).fetchall()
        rows.execute(
            "copy (select 'organisation ' || i as organization_id, 'Name' as name from range(30000) t(i)) "
            f"to '{bundle / 'organizations.csv'}'"
        ).fetchall()
    loads(bundle)  # imports what is imported late
    tracemalloc.start()
    try:
        assert "nothing changed" in loads(bundle)
        assert tracemalloc.get_traced_memory()[1] < 8e6
    finally:
        tracemalloc.stop()


def test_a_load_waits_for_the_one_before_it(connection: psycopg.Connection, tmp_path: Path) -> None:
    """While another holds the lock nothing is loaded; lock_timeout turns the wait into an error."""
    bundle = write(tmp_path / "b", metric_observations=OBSERVATIONS + OBSERVATION)
    with psycopg.connect() as other, pytest.MonkeyPatch.context() as patch:
        other.execute("select pg_advisory_xact_lock(20240716)")
        patch.setenv("PGOPTIONS", "-c lock_timeout=100ms")
        result = load(bundle)
        assert result.exit_code == 1
        assert "another load is running; waiting" in result.stderr
    loads(bundle)
