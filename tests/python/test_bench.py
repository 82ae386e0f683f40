"""scripts.bench: a small run, for the table and for what it leaves behind; how fast it is, no test says."""

import itertools
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psutil
import pytest

from scripts.shared.bench_data import Size, write_bundles

TABLE_ROWS = (
    "load",
    "first full build",
    "build, 1.25% of cells changed",
    "build, one organisation withdrew",
    "build, nothing changed",
    "rows it wrote in public",
    "memory of a Python process",
)


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary directory, with spaces in its path, that root's server can enter too."""
    with tempfile.TemporaryDirectory(prefix="blipee bench ") as home:
        Path(home).chmod(0o711)
        monkeypatch.setenv("TMPDIR", home)
        yield Path(home)


def test_prints_every_row_of_the_table_and_leaves_nothing(command, scratch, monkeypatch):
    monkeypatch.setenv("PGHOST", "nowhere.invalid")  # it has a server of its own
    said = command("bench", "--rows", 20_000).stdout
    assert re.search(r"20,000 observations, 125 organisations, 3,200 cells", said)
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if "│" in line]
    assert [row[0] for row in cells] == list(TABLE_ROWS)
    assert {row[0]: row[-1] for row in cells}.pop("rows it wrote in public") == "yes"
    assert all(row[-1] in ("yes", "no") for row in cells if row[-2])
    assert "percentile_cont" in said and "copy plain_copy" in said
    assert not any(scratch.iterdir())


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_ended_early_it_leaves_nothing(scratch, request_to_end):
    bench = subprocess.Popen(
        [sys.executable, "-m", "scripts.bench", "--rows", "160"], stderr=subprocess.PIPE, text=True
    )
    said = list(itertools.takewhile(lambda line: "loading" not in line, bench.stderr))  # the server runs
    bench.send_signal(request_to_end)
    said += bench.communicate(timeout=60)[1].splitlines()
    assert bench.returncode == 1
    assert "Aborted!" in said and not any("Traceback" in line for line in said)
    assert not any(scratch.iterdir())
    assert not any(str(scratch) in " ".join(process.info["cmdline"] or []) for process in running())


def running() -> Iterator[psutil.Process]:
    """Processes by the name of postgres."""
    return (
        process for process in psutil.process_iter(["name", "cmdline"]) if process.info["name"] == "postgres"
    )


def test_refuses_a_disk_that_is_too_small_before_anything_is_made(command, scratch):
    said = command("bench", "--rows", 10**13, expect=1).stderr
    assert "GB free; take fewer --rows" in said.splitlines()[-1]
    assert not any(scratch.iterdir())


def test_the_same_size_gives_the_same_data(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_bundles(tmp_path / name, Size(organisations=40))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.csv"))
    assert len(files) == 10
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()
    rows, versions, least, median = duckdb.sql(
        "select count(*), count(distinct (organization_id, metric_name, period)), min(value), median(value) "
        f"from '{tmp_path}/one/observations/metric_observations.csv'"
    ).fetchall()[0]
    assert rows == versions == 6400
    assert least > 0
    assert 900 < median < 1100  # the lognormal distribution's is 1000
