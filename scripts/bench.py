"""Measure loading and building on made-up data, each beside plain SQL over the same rows."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import psycopg
from rich.console import Console
from rich.table import Table

from scripts.shared.bench_data import METRIC_PERIODS, RESTATED_METRICS, Size, write_bundles
from scripts.shared.database import connect
from scripts.shared.embedded_server import PROJECT, Server, is_reachable, is_root

SESSION = {"work_mem": "512MB", "jit": "off"}  # of every session, the plain SQL's and dbt's alike
BYTES_AT_LEAST, BYTES_PER_ROW = 1_500_000_000, 800  # bundle, tables, indexes, the server's log, what spills
REPORT_WIDTH = 120  # where no terminal has one
RESTATED_SHARE = RESTATED_METRICS / METRIC_PERIODS

PLAIN_COPY = """\
create table plain_copy (
  organization_id uuid, metric_name text, period text, value double precision, unit text
);
copy plain_copy from stdin (format csv, header);"""
BARE_QUERY = """\
select
  industries.primary_industry, observations.metric_name, observations.period,
  percentile_cont(array[0.1, 0.25, 0.5, 0.75, 0.9]) within group (order by observations.value)
from raw.metric_observations as observations
inner join organization_industries as industries on observations.organization_id = industries.organization_id
group by 1, 2, 3"""
BUILD = ("build", "--exclude", "resource_type:test", "resource_type:unit_test")


@dataclass(frozen=True)
class Took:
    """How long something took, in seconds, and, of a build, how many rows of documented tables it wrote."""

    wall: float
    in_database: float
    rows_written: int = 0

    def __str__(self) -> str:
        """Return both times, that in the database first."""
        return f"{self.in_database:.2f} s (wall {self.wall:.1f} s)"


@dataclass(frozen=True)
class Measurements:
    """All that one run measures; the plain SQL twice, before and after what is held against it."""

    size: Size
    copies: tuple[Took, Took]
    load: Took
    bare_queries: tuple[Took, Took]
    full_build: Took
    restated: Took
    withdrawn: Took
    unchanged: Took
    peak_memory: float  # megabytes


class Bench:
    """The bundles in ``home``, the server that the PG* variables name, and a connection that looks on."""

    def __init__(self, home: Path, watcher: psycopg.Connection) -> None:
        self.home = home
        self.watcher = watcher
        self.began = time.monotonic()
        shutil.copy(PROJECT / "profiles.example.yml", home / "profiles.yml")

    def measure(self, size: Size) -> Measurements:
        """Take every measurement once, in one go."""
        self.say(f"writing {size.rows:,} observations of {size.organisations:,} organisations")
        write_bundles(self.home, size)
        self.say("making the tables and loading the organisations")
        self.python("scripts.bootstrap")
        self.load("members")
        copies = [self.plain_copy()]
        self.say("loading the observations")
        load = self.took(lambda: self.load("observations"))
        copies.append(self.plain_copy())
        execute("vacuum (analyze)")  # or the first to read the rows would pay for it
        bare_queries = [self.bare_query()]
        self.say("first full build")
        full_build = self.build()
        bare_queries.append(self.bare_query())
        self.say(f"restating {RESTATED_SHARE:.2%} of the cells and building")
        self.load("restated")
        restated = self.build()
        self.say("withdrawing the consent of one organisation and building")
        self.load("withdrawn")
        withdrawn = self.build()
        self.say("building with nothing changed")
        unchanged = self.build()
        return Measurements(
            size, tuple(copies), load, tuple(bare_queries),
            full_build, restated, withdrawn, unchanged, peak_memory(),
        )  # fmt: skip

    def say(self, text: str) -> None:
        """Say what is done next, and how long everything took so far."""
        click.echo(f"{time.monotonic() - self.began:6.0f} s  {text}", err=True)

    def plain_copy(self) -> Took:
        """Measure a plain COPY of the observations' file."""
        self.say("plain COPY")
        create, copy = PLAIN_COPY.split(";")[:2]
        execute(create)
        took = self.took(lambda: send(self.home / "observations" / "metric_observations.csv", copy))
        execute("drop table plain_copy")
        return took

    def bare_query(self) -> Took:
        """Measure the quantiles of every cell in plain SQL."""
        self.say("bare query")
        return self.took(lambda: execute(BARE_QUERY))

    def build(self) -> Took:
        """Measure dbt build, its tests apart."""
        places = ["--project-dir", PROJECT, "--profiles-dir", self.home]
        places += ["--target-path", self.home / "target", "--log-path", self.home / "logs"]
        before = rows_written()
        took = self.took(lambda: self.python("dbt.cli.main", *BUILD, *places, "--quiet", "--no-use-colors"))
        return replace(took, rows_written=rows_written() - before)

    def load(self, bundle: str) -> None:
        """Load one of the bundles."""
        self.python("scripts.load", self.home / bundle)

    def python(self, module: str, *arguments: object) -> None:
        """Run ``python -m``; a command that fails ends this one too, with what it said."""
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            click.echo(done.stdout + done.stderr, err=True)
            raise click.ClickException(f"{module} ended with exit code {done.returncode}; it said the above")

    def took(self, work: Callable[[], None]) -> Took:
        """Do the work and measure it; what was written before is on disk by then."""
        self.watcher.execute("checkpoint")
        in_database, began = self.time_in_database(), time.monotonic()
        work()
        wall = time.monotonic() - began
        return Took(wall, self.time_in_database() - in_database)

    def time_in_database(self) -> float:
        """Return for how long sessions have run statements; two at once count twice, their workers do not."""
        sessions = "select 1 from pg_stat_activity where datname = %s and backend_type = 'client backend'"
        statistics = "select active_time / 1000 from pg_stat_database where datname = %s"
        database = [os.environ["PGDATABASE"]]
        while self.watcher.execute(sessions, database).fetchone():  # each adds its own as it ends
            time.sleep(0.01)
        ((seconds,),) = self.watcher.execute(statistics, database).fetchall()
        return seconds


def execute(statement: str) -> None:
    """Run one statement in a session of its own."""
    with connect(autocommit=True) as connection:
        connection.execute(statement)


def send(path: Path, copy_statement: str) -> None:
    """Stream a file into a COPY as it is."""
    with path.open("rb") as file, connect() as connection, connection.cursor().copy(copy_statement) as copy:
        while piece := file.read(1 << 18):
            copy.write(piece)


def rows_written() -> int:
    """Return how many rows of the documented tables were inserted, updated or deleted so far."""
    with connect(autocommit=True) as connection:
        ((rows,),) = connection.execute(
            "select sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint "
            "from pg_stat_user_tables where schemaname = 'public'"
        ).fetchall()
    return rows


def peak_memory() -> float:
    """Return the most megabytes that this process or one of its commands held at a time; no server's."""
    unit = 1 if sys.platform == "darwin" else 1024
    processes = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(process).ru_maxrss for process in processes) * unit / 1e6


def report(found: Measurements) -> Table:
    """Return the table: what was measured, beside what, and whether the target is reached."""
    copy = sum(took.wall for took in found.copies) / 2
    bare = sum(took.in_database for took in found.bare_queries) / 2
    full = found.full_build.in_database
    speed, times = copy / found.load.wall, full / bare
    shares = [took.in_database / full for took in (found.restated, found.withdrawn, found.unchanged)]
    written = found.unchanged.rows_written
    by_full = f"full build {full:.2f} s"
    rows = [
        (
            ("load", f"{found.load.wall:.1f} s wall", f"plain COPY {copy:.1f} s"),
            (f"{speed:.2f}", "at least 0.5", speed >= 0.5),
        ),
        (
            ("first full build", found.full_build, f"bare query {bare:.2f} s"),
            (f"{times:.2f}", "at most 4", times <= 4),
        ),
        (
            (f"build, {RESTATED_SHARE:.2%} of cells changed", found.restated, by_full),
            (f"{shares[0]:.1%}", "at most 10%", shares[0] <= 0.1),
        ),
        (
            ("build, one organisation withdrew", found.withdrawn, by_full),
            (f"{shares[1]:.1%}", "", None),
        ),
        (
            ("build, nothing changed", found.unchanged, by_full),
            (f"{shares[2]:.1%}", "at most 3%", shares[2] <= 0.03),
        ),
        (
            ("rows it wrote in public", f"{written:,}", ""),
            ("", "0", written == 0),
        ),
        (
            ("memory of a Python process", f"{found.peak_memory:.0f} MB", ""),
            ("", "under 500 MB", found.peak_memory < 500),
        ),
    ]
    size = found.size
    table = Table(
        "what", "measured", "beside", "ratio", "target", "reached",
        title=f"{size.rows:,} observations, {size.organisations:,} organisations, {size.cells:,} cells",
        title_justify="left",
    )  # fmt: skip
    for (what, measured, beside), (ratio, target, reached) in rows:
        verdict = {True: "yes", False: "no", None: ""}[reached]
        table.add_row(what, str(measured), beside, ratio, target, verdict)
    return table


def notes(found: Measurements) -> str:
    """Return what the table is to be read with: how it was measured, and the plain SQL."""
    settings = ", ".join(f"{name} {value}" for name, value in SESSION.items())
    copies = " and ".join(f"{took.wall:.1f} s" for took in found.copies)
    bare_queries = " and ".join(f"{took.in_database:.2f} s" for took in found.bare_queries)
    return f"""
Builds and the bare query count the time in the database (pg_stat_database.active_time), loads the wall's.
Every session has {settings}; a checkpoint goes before each measurement, a vacuum analyze
before the first query. Cells are those of three-digit industries; what changed in them is
{RESTATED_METRICS} of {METRIC_PERIODS} metrics and periods, restated by every organisation.

Plain COPY of the same file, {copies} before and after the load:

{PLAIN_COPY}

Bare query over the same rows, {bare_queries} before and after the full build:

{BARE_QUERY}"""


@contextmanager
def temporary_home(size: Size) -> Iterator[Path]:
    """Give a directory with room for everything; in the end stop the server in it and remove it."""
    home = Path(tempfile.mkdtemp(prefix="blipee-bench-"))
    try:
        if is_root():
            home.chmod(0o711)  # for the system user as whom the server runs
            if not is_reachable(home):
                raise click.ClickException(
                    f"{home.parent}: root's PostgreSQL runs as a user who cannot enter it; "
                    "set TMPDIR to a directory that everybody may enter"
                )
        needed = BYTES_AT_LEAST + size.rows * BYTES_PER_ROW
        free = shutil.disk_usage(home).free
        click.echo(f"needs up to {needed / 1e9:.1f} GB in {home.parent} for the time being", err=True)
        if free < needed:
            raise click.ClickException(
                f"{home.parent} has {free / 1e9:.1f} GB free; "
                "take fewer --rows, or set TMPDIR to a directory with more room"
            )
        yield home
    finally:
        Server(home / "server").stop()
        shutil.rmtree(home)


def use_server(home: Path) -> None:
    """Start a server and let the PG* variables lead there, and nowhere else."""
    server = Server(home / "server")
    server.start()
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    os.environ.update(server.variables(), PGOPTIONS=options)


@click.command()
@click.option(
    "--rows",
    default=1_000_000,
    show_default=True,
    type=click.IntRange(min=METRIC_PERIODS),
    help=f"Observations, {METRIC_PERIODS} per organisation; 10000000 is the reference.",
)
def main(rows: int) -> None:
    """Measure a load and builds on a PostgreSQL of its own, which is gone afterwards."""
    for request in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(request, signal.default_int_handler)  # cleans up as Ctrl-C does
    size = Size(rows // METRIC_PERIODS)
    with temporary_home(size) as home:
        use_server(home)
        with connect(dbname="postgres", autocommit=True) as watcher:
            found = Bench(home, watcher).measure(size)
    console = Console()
    if not console.is_terminal:
        console.width = REPORT_WIDTH
    console.print(report(found))
    click.echo(notes(found))


if __name__ == "__main__":
    main()
