"""A throwaway PostgreSQL for the tests, and the ways to drive the project's commands against it.

By default it is an embedded one in a temporary directory; with BLIPEE_TEST_SERVER=external it is the one that
the PG* variables name, whose user may create databases. No other PG* variable reaches a test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import psycopg
import pytest
from psycopg import sql

from scripts.shared.embedded_server import Server, is_root

PROJECT = Path(__file__).resolve().parents[2]
if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult

GIVEN = {name: value for name, value in os.environ.items() if name.startswith("PG")}
EXTERNAL = os.environ.get("BLIPEE_TEST_SERVER") == "external"
# Two sessions may share an external server; within one the names stay, so that dbt's parsed project fits all.
SUFFIX = f"_{os.getpid()}" if EXTERNAL else ""
TEMPLATE, TEST, MODULE, EMPTY = (f"blipee_{name}{SUFFIX}" for name in ("template", "test", "module", "empty"))

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(autouse=True, scope="session")
def no_other_server() -> Iterator[None]:
    """Keep every test without a database of its own away from whatever server the user's variables name."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GIVEN:
            patch.delenv(name)
        yield


@contextmanager
def temporary_server_home() -> Iterator[Path]:
    """Give a directory, with spaces in its path, for an embedded server, and stop what was started there."""
    parent = Path(tempfile.mkdtemp(prefix="blipee tests "))
    if is_root():
        parent.chmod(0o711)  # for the system user as whom the server runs
    try:
        yield parent / "server"
    finally:
        Server(parent / "server").stop()
        shutil.rmtree(parent)


@pytest.fixture
def server_home() -> Iterator[Path]:
    """A directory for an embedded server of the test's own; nothing is there yet."""
    with temporary_server_home() as home:
        yield home


@pytest.fixture(scope="module")
def module_server_home() -> Iterator[Path]:
    """A directory for an embedded server that the tests of one module share."""
    with temporary_server_home() as home:
        yield home


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str]]:
    """The PG* variables of the throwaway server."""
    if EXTERNAL:
        yield GIVEN
        return
    with temporary_server_home() as home:
        embedded = Server(home)
        embedded.start()
        variables = embedded.variables() | {"PGDATABASE": "postgres"}
        with admin(variables) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here needs to last
                connection.execute(f"alter system set {setting} = off")
            connection.execute("select pg_reload_conf()")
        yield variables


def admin(variables: dict[str, str]) -> psycopg.Connection:
    """Connect to the server's own database, outside of the tests' ones."""
    return psycopg.connect(
        host=variables.get("PGHOST"),
        port=variables.get("PGPORT"),
        user=variables.get("PGUSER"),
        password=variables.get("PGPASSWORD"),
        dbname=variables.get("PGDATABASE"),
        autocommit=True,
    )


@contextmanager
def new_database(
    variables: dict[str, str], name: str, template: str = "template0"
) -> Iterator[dict[str, str]]:
    """Make a database and drop it at the end; give the PG* variables that lead to it."""

    def drop() -> None:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    with admin(variables) as connection:
        drop()
        statement = sql.SQL("create database {} template {} encoding 'UTF8'")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        limit = "alter database {} set statement_timeout = '10min'"  # a query without an end fails its test
        connection.execute(sql.SQL(limit).format(sql.Identifier(name)))
        try:
            yield variables | {"PGDATABASE": name}
        finally:
            drop()


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables for as long as this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def template(server: dict[str, str]) -> Iterator[str]:
    """The name of a bootstrapped database that others are copies of."""
    with new_database(server, TEMPLATE) as variables:
        with environment(variables):
            run_command("bootstrap")
        yield TEMPLATE


@pytest.fixture
def database(server: dict[str, str], template: str) -> Iterator[str]:
    """A fresh bootstrapped database, to which the PG* variables lead."""
    with new_database(server, TEST, template) as variables, environment(variables):
        yield TEST


@pytest.fixture(scope="module")
def module_database(server: dict[str, str], template: str) -> Iterator[str]:
    """A bootstrapped database that the tests of one module share, to which the PG* variables lead."""
    with new_database(server, MODULE, template) as variables, environment(variables):
        yield MODULE


@pytest.fixture
def empty_database(server: dict[str, str]) -> Iterator[str]:
    """A fresh database that nobody has bootstrapped, to which the PG* variables lead."""
    with new_database(server, EMPTY) as variables, environment(variables):
        yield EMPTY


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A connection, in autocommit mode, to the test's database: the module's, the empty or a fresh one."""
    if not {"module_database", "empty_database"} & set(request.fixturenames):
        request.getfixturevalue("database")
    with psycopg.connect(autocommit=True) as opened:
        yield opened


def run_command(module: str, *args: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run ``python -m scripts.MODULE`` as a person would, from the project's root."""
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.{module}", *map(str, args)],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    said = f"scripts.{module} ended with {done.returncode}, expected {expect}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == expect, said
    assert "Traceback" not in done.stderr, said
    return done


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``command(module, *args, expect=0)``: run a command, check its exit code, return what it said."""
    return run_command


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., "dbtRunnerResult"]:
    """``dbt(*args, expect_success=True)``: run dbt in this process on the database of the PG* variables.

    The project is parsed once per database name. --vars take effect when a model is compiled; a var that is
    read while parsing (in a config) keeps the value of dbt_project.yml.
    """
    from dbt.cli.main import dbtRunner  # here, because importing dbt takes longer than most tests

    home = tmp_path_factory.mktemp("dbt")
    (home / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
    places = ["--project-dir", PROJECT, "--profiles-dir", home]
    places += ["--target-path", home / "target", "--log-path", home / "logs"]
    parsed = {}

    def invoke(runner: "dbtRunner", *args: object) -> "dbtRunnerResult":
        # dbt reads its flags from the command, which comes first.
        return runner.invoke([str(arg) for arg in (*args, *places, "--no-use-colors", "--quiet")])

    def run(*args: object, expect_success: bool = True) -> "dbtRunnerResult":
        database = os.environ["PGDATABASE"]
        if database not in parsed:
            result = invoke(dbtRunner(), "parse", "--no-partial-parse")
            assert result.success, f"dbt parse: {result.exception or result.result}"
            parsed[database] = result.result
        result = invoke(dbtRunner(manifest=parsed[database].deepcopy()), *args)
        if result.success != expect_success:
            call = " ".join(map(str, args))
            raise AssertionError(f"dbt {call}: success is {result.success}\n{complaints(result)}")
        return result

    return run


def complaints(result: "dbtRunnerResult") -> str:
    """Return what went wrong in a dbt run, one line per node."""
    if result.exception:
        return str(result.exception)
    nodes = getattr(result.result, "results", [])
    return "\n".join(f"{node.node.unique_id}: {node.status} {node.message}" for node in nodes if node.message)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The directory of the real data, which is no part of the repository; without it the test is skipped."""
    path = Path(os.environ.get("BLIPEE_SHARED", PROJECT.parent / "shared")) / "data"
    if not path.is_dir():
        message = f"the real data is missing: no {path}; set BLIPEE_SHARED to the directory that holds data/"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
