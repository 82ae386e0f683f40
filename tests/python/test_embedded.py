import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from scripts.shared.embedded_server import SYSTEM_HOME, Server, is_reachable, is_root, shipped_binaries

PROJECT = Path(__file__).resolve().parents[2]
fresh_home = pytest.mark.usefixtures("server_home")
as_root = pytest.mark.skipif(not is_root(), reason="only root can act as another user")


@pytest.fixture
def home(request: pytest.FixtureRequest) -> Path:
    """The directory of the test's server: a fresh one where the test asks for it, else the one for all."""
    fresh = "server_home" in request.fixturenames
    return request.getfixturevalue("server_home" if fresh else "module_server_home")


@pytest.fixture
def embedded(command, home):
    """Run the command on the test's own directory."""
    return lambda *args, **options: command("embedded", *args, "--data-dir", home, **options)


@pytest.fixture
def pid(home):
    """The number of the server's first process, read anew each time."""
    return lambda: int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def exports(home: Path) -> dict[str, str]:
    """Let a shell eval what ``env`` prints, as a person would; return the PG* variables that it then has."""
    script = 'eval "$("$0" -m scripts.embedded env --data-dir "$1")" && env'
    shell = ["sh", "-c", script, sys.executable, home]
    bare = {"PATH": os.environ["PATH"]}
    said = subprocess.run(shell, cwd=PROJECT, env=bare, capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in said.splitlines() if line.startswith("PG"))


def connect(home: Path) -> psycopg.Connection:
    variables = Server(home).variables()
    return psycopg.connect(
        host=variables["PGHOST"],
        port=variables["PGPORT"],
        user=variables["PGUSER"],
        password=variables["PGPASSWORD"],
        dbname=variables["PGDATABASE"],
        autocommit=True,
    )


def test_start_makes_a_server_that_env_leads_to(embedded, home):
    embedded("start")
    exported = exports(home)
    assert set(exported) == {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"}
    assert exported == Server(home).variables()
    with connect(home) as connection:
        row = connection.execute(
            "select current_database(), current_user, getdatabaseencoding(), current_setting('timezone')"
        ).fetchone()
        assert row == ("blipee", "blipee", "UTF8", "UTC")
        assert connection.info.server_version >= 180000


def test_listens_on_127_0_0_1_only_and_wants_the_password(embedded, home):
    embedded("start")
    with connect(home) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("show unix_socket_directories").fetchone() == ("",)
        wrong = connection.info.get_parameters() | {"password": "wrong"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**wrong)
    assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


def test_second_start_leaves_the_running_server_alone(embedded, pid):
    embedded("start")
    before = pid()
    assert "running already" in embedded("start").stdout
    assert pid() == before


def test_data_port_and_password_outlast_stop_and_start(embedded, home):
    embedded("start")
    before = Server(home).variables()
    with connect(home) as connection:
        connection.execute("drop table if exists kept; create table kept as select 42 as answer")
    assert embedded("stop").stdout == "stopped\n"
    assert embedded("stop").stdout == "not running\n"
    embedded("start")
    assert Server(home).variables() == before
    with connect(home) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_taken_port_is_replaced_and_the_new_one_kept(embedded, home):
    embedded("start")
    port = int(Server(home).variables()["PGPORT"])
    embedded("stop")
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        embedded("start")
        other = int(Server(home).variables()["PGPORT"])
        assert other != port
    embedded("stop")
    embedded("start")
    assert int(Server(home).variables()["PGPORT"]) == other


def test_survives_kill_9_of_the_server(embedded, home, pid):
    embedded("start")
    with connect(home) as connection:
        connection.execute("drop table if exists kept; create table kept as select 42 as answer")
        os.kill(pid(), signal.SIGKILL)
    assert "not running" in embedded("status", expect=3).stdout
    embedded("start")
    with connect(home) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_query_that_outlived_the_killed_server_does_not_keep_the_next_one_away(embedded, home, pid):
    embedded("start")
    connection = connect(home)
    # It runs on without looking whether the server is still there.
    connection.pgconn.send_query(b"select count(*) from generate_series(1, 1000000000)")
    os.kill(pid(), signal.SIGKILL)
    embedded("start")
    connection.close()
    with connect(home) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_stale_pid_file_with_a_foreign_process_in_it_is_no_server(embedded, home, pid):
    embedded("start")
    pid_file = home / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    owner = pid_file.stat()
    embedded("stop")
    # A process of the server's own user, which PostgreSQL itself would take for a running server.
    user = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if is_root() else {}
    with subprocess.Popen(["sleep", "600"], cwd="/", **user) as foreign:
        pid_file.write_text("\n".join([str(foreign.pid), *lines[1:]]))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        assert "not running" in embedded("status", expect=3).stdout
        embedded("start")
        assert pid() != foreign.pid
        assert foreign.poll() is None
        foreign.kill()


@pytest.mark.parametrize("content", ["", "not a number\n", "99999999\n"])
def test_a_broken_pid_file_is_no_server(embedded, home, content):
    embedded("start")
    embedded("stop")
    pid_file = home / "data" / "postmaster.pid"
    pid_file.write_text(content)
    shutil.chown(pid_file, (home / "data").owner())
    embedded("start")
    assert "running" in embedded("status").stdout


@fresh_home
def test_starts_at_once_make_one_server(home):
    start = [sys.executable, "-m", "scripts.embedded", "start", "--data-dir", home]
    racers = [subprocess.Popen(start, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [racer.communicate(timeout=120)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert sorted(line.split(":")[0] for line in said) == ["running already", "running already", "started"]


@fresh_home
@pytest.mark.parametrize("moment", ["new-*", "new-*/data/base", "data", "data/postmaster.pid"])
def test_start_killed_at_any_moment_can_be_repeated(embedded, home, moment):
    start = [sys.executable, "-m", "scripts.embedded", "start", "--data-dir", home]
    with subprocess.Popen(start, cwd=PROJECT, stdout=subprocess.DEVNULL) as killed:
        while not any(home.glob(moment)) and killed.poll() is None:
            pass
        killed.kill()
    processes = psutil.process_iter(["name", "cmdline"])
    orphans = [p for p in processes if p.info["name"] == "initdb" and str(home) in str(p.info["cmdline"])]
    for initdb in orphans:
        initdb.suspend()  # or it might be gone by itself, and in the way one time in a hundred
    embedded("start")
    with connect(home) as connection:
        assert connection.execute("select current_database()").fetchone() == ("blipee",)
    assert not [initdb for initdb in orphans if initdb.is_running()]
    assert not list(home.glob("new-*"))


def test_status_says_where_psql_is_and_that_psql_connects(embedded, home):
    embedded("start")
    said = embedded("status").stdout
    assert "127.0.0.1" in said
    psql = shipped_binaries() / "psql"
    assert str(psql) in said
    asked = subprocess.run(
        [psql, "-Atc", "select 6 * 7"],
        env=Server(home).variables(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout == "42\n"


@fresh_home
def test_what_is_not_there_cannot_be_stopped_or_connected_to(embedded, home):
    assert embedded("stop").stdout == "not running\n"
    assert "not running" in embedded("status", expect=3).stdout
    said = embedded("env", expect=1)
    assert said.stdout == ""
    assert "no server runs in" in said.stderr and len(said.stderr.splitlines()) == 1
    assert not home.exists()


def test_a_lost_password_is_said_and_nothing_is_destroyed(embedded, home):
    embedded("start")
    embedded("stop")
    (home / "password").rename(home / "elsewhere")
    said = embedded("start", expect=1).stderr
    assert "password is gone" in said and len(said.splitlines()) == 1
    (home / "password").write_text("another one")
    said = embedded("start", expect=1).stderr
    assert "is not the one" in said and len(said.splitlines()) == 1
    (home / "elsewhere").rename(home / "password")
    embedded("start")


def test_a_server_that_cannot_start_gives_its_own_reason(embedded, home):
    embedded("start")
    embedded("stop")
    settings = home / "data" / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(before + "shared_buffers = much\n")
    said = embedded("start", expect=1).stderr
    settings.write_text(before)
    assert "PostgreSQL did not start" in said and "FATAL" in said and len(said.splitlines()) == 1


def test_the_user_s_own_variables_do_not_lead_the_command_elsewhere(embedded, home, monkeypatch):
    embedded("stop")
    for name, value in {
        "PGHOSTADDR": "203.0.113.1",
        "PGSSLMODE": "require",
        "PGPORT": "1",
        "PGDATA": "/",
    }.items():
        monkeypatch.setenv(name, value)
    embedded("start")
    monkeypatch.undo()
    assert Server(home).variables()["PGPORT"] != "1"


@as_root
def test_root_is_told_which_directory_its_server_cannot_reach(command, tmp_path):
    tmp_path.chmod(0o700)
    said = command("embedded", "start", "--data-dir", tmp_path / "server", expect=1).stderr
    assert "cannot reach" in said and len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.fixture
def private_project(tmp_path: Path) -> Iterator[Path]:
    """A project with its binaries where only the owner enters, as in /root; the server's traces go too."""
    project = tmp_path / "private project"
    shutil.copytree(PROJECT / "scripts", project / "scripts")
    package = shipped_binaries().parents[1]
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, project / name, symlinks=True)
    project.chmod(0o700)
    before = set(SYSTEM_HOME.glob("*"))
    try:
        yield project
    finally:
        for left in set(SYSTEM_HOME.glob("*")) - before:
            Server(left).stop()
            shutil.rmtree(left)
        if not before:
            with suppress(FileNotFoundError):
                SYSTEM_HOME.rmdir()


@as_root
def test_root_s_private_project_stays_private_and_has_a_server_all_the_same(private_project):
    def run(*args: str) -> str:
        arguments = [sys.executable, "-m", "scripts.embedded", *args]
        return subprocess.run(
            arguments, cwd=private_project, capture_output=True, text=True, check=True
        ).stdout

    assert str(SYSTEM_HOME) in run("start")
    assert "running" in run("status")
    assert "export PGPORT=" in run("env")
    assert run("stop") == "stopped\n"
    assert stat.S_IMODE(private_project.stat().st_mode) == 0o700
    assert not (private_project / ".embedded").exists()


@pytest.fixture
def as_nobody():
    """Run the command as a user who owns nothing, with a Python that this user can run."""
    own, system = (
        Path(sys.executable),
        Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"),
    )
    python = next((path for path in (own, system) if path.exists() and is_reachable(path)), None)
    if python is None or not is_reachable(PROJECT) or not is_reachable(shipped_binaries() / "postgres"):
        pytest.skip("another user cannot enter the directories of this project or of its Python")
    nobody = pwd.getpwnam("nobody")

    def run(*args: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-B", "-m", "scripts.embedded", *args],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(shipped_binaries().parents[2])},
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
        )

    return run


@as_root
@fresh_home
def test_an_ordinary_user_has_a_server_and_root_can_help(embedded, home, as_nobody):
    home.mkdir()
    shutil.chown(home, "nobody")
    assert as_nobody("start", "--data-dir", home).stderr == ""
    assert (home / "data").owner() == "nobody"
    assert embedded("stop").stdout == "stopped\n"
    embedded("start")
    assert as_nobody("status", "--data-dir", home).returncode == 0
    assert as_nobody("stop", "--data-dir", home).stdout == "stopped\n"


@as_root
@pytest.mark.parametrize("action", ["start", "stop", "status", "env"])
def test_another_user_s_server_is_a_line_and_no_traceback(embedded, home, as_nobody, action):
    embedded("start")
    done = as_nobody(action, "--data-dir", home)
    assert done.returncode == 1
    assert "another user" in done.stderr and len(done.stderr.splitlines()) == 1
