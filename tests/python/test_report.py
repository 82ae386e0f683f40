"""The report: the page that a browser shows is what the marts hold, and asks nobody for anything."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import browser
import psycopg
import pytest
from conftest import EMPTY, MODULE, environment, new_database, run_command
from psycopg.rows import dict_row
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.database

MARTS = ("benchmarks", "benchmark_trend", "coverage", "benchmark_status")
HOSTILE = "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)> & 'mills'"
MANUFACTURING, FOOD, DAIRY, MILLS = "31-33", "311", "3115", "31 mills"
EMISSIONS, SHARE, TINY = "scope_1_emissions", "renewable_energy_share", "ghg_intensity_revenue"
UNITS = {EMISSIONS: "tCO2e", SHARE: "%", TINY: "tCO2e/million USD"}
PEERS = "peer_group:b20c8b30-c805-4762-bcbd-674b0dfdf6d4"
ALL = {"mean": 1.5, "median": 1.25, "p10": 0.25, "p25": 0.75, "p75": 2, "p90": 3.5, "stddev": 1}
QUANTILES = {name: ALL[name] for name in ("p25", "median", "p75")}
# Type, industry, metric, period, contributors, size of the figures, which of them are shown.
CELLS = [
    ("network", None, EMISSIONS, "2022", 365, 2e6, ALL),
    ("network", None, EMISSIONS, "2024", 365, 4e6, ALL),
    ("network", None, EMISSIONS, "2024-Q1", 365, 1e6, ALL),
    ("network", None, SHARE, "2024", 200, 30, QUANTILES),
    ("network", None, TINY, "2024", 200, 1e-9, ALL),
    ("industry", MANUFACTURING, EMISSIONS, "2022", 100, 12e15, ALL),
    ("industry", MANUFACTURING, EMISSIONS, "2023", 100, 12e5, ALL),
    ("industry", MANUFACTURING, EMISSIONS, "2024", 100, 14e5, ALL),
    ("industry", MANUFACTURING, EMISSIONS, "2024-Q1", 95, 4e5, ALL),
    ("industry", MANUFACTURING, SHARE, "2024", 95, -30, ALL),
    ("industry", DAIRY, EMISSIONS, "2022", 25, 800, QUANTILES),
    ("industry", DAIRY, EMISSIONS, "2024", 25, 1000, QUANTILES),
    ("industry", DAIRY, TINY, "2024", 5, 0, {"mean": 1}),
    ("industry", MILLS, EMISSIONS, "2024", 5, 1234, {"mean": 1}),
    (PEERS, DAIRY, SHARE, "2024", 15, 40, {"median": 1}),
]
INDUSTRIES = {
    "22": ("Utilities", None),
    MANUFACTURING: ("Manufacturing", "no such industry"),
    FOOD: ("Food Manufacturing", MANUFACTURING),
    DAIRY: ("Dairy Product Manufacturing", FOOD),
    MILLS: (HOSTILE, FOOD),
}
INDUSTRY = """
    insert into industry_models (industry_code, industry_name, model_type, material_topics, configuration)
    values (%s, %s, 'standard', '[]', %s)
"""
PUBLISH = """
    insert into network_benchmarks
        (benchmark_type, industry, metric_name, period, participant_count, statistics, expires_at)
    values (%s, %s, %s, %s, %s, %s, now() + interval '1 day')
"""
DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
SELECTORS = ("scope", "metric", "period")
Row = dict[str, object]


@pytest.fixture(scope="module")
def world(module_database: str, dbt: Callable) -> str:
    """A database in which a few cells are published; how cells come to be so is for other tests."""
    dbt("build", "--exclude-resource-type", "test", "unit_test", "--select", "+metrics", *MARTS)
    with psycopg.connect() as connection:
        for code, (name, parent) in INDUSTRIES.items():
            connection.execute(INDUSTRY, (code, name, json.dumps({"parent_industry_code": parent})))
        for kind, industry, metric, period, count, size, shown in CELLS:
            figures = {name: float(f"{value * size:.3g}") for name, value in shown.items()}
            statistics = figures | {"unit": UNITS[metric], "direction": "lower_is_better", "coverage": 0.67}
            cell = (kind, industry, metric, period, count, json.dumps(statistics))
            connection.execute(PUBLISH, cell)
    return module_database


@pytest.fixture(scope="module")
def page(world: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("a report") / "new" / "report.html"
    assert str(path) in run_command("report", "--output", path).stdout
    return path


@pytest.fixture(scope="module")
def driver(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browser.chromium(tmp_path_factory.mktemp("chromium")) as driver:
        driver.get(page.as_uri())
        yield driver


@pytest.fixture(autouse=True)
def undisturbed(request: pytest.FixtureRequest, page: Path) -> Iterator[None]:
    """Nothing that a test does on the page makes it complain, or ask for anything but itself."""
    yield
    if "driver" in request.fixturenames:
        driver = request.getfixturevalue("driver")
        drawn(driver)
        assert browser.console(driver) == []
        assert set(browser.requests(driver)) <= {page.as_uri()}
        assert driver.title == "Published benchmarks"


def mart(name: str) -> list[Row]:
    with psycopg.connect(row_factory=dict_row) as connection:
        return connection.execute(f"select * from marts.{name}").fetchall()


# --- what the page shows ---


def drawn(driver: webdriver.Chrome) -> None:
    """Wait until every chart that is shown has marks."""
    script = """
        return [...document.querySelectorAll("figure:not([hidden]) .chart")]
            .every((chart) => chart.querySelector("svg .mark-symbol, svg .mark-rect"))
    """
    WebDriverWait(driver, 20).until(lambda _: driver.execute_script(script))


def scope(row: Row) -> str:
    return json.dumps([row["benchmark_type"], row["industry_code"]], separators=(",", ":"))


def show(driver: webdriver.Chrome, **choice: str) -> None:
    for name, value in choice.items():
        Select(driver.find_element(By.ID, name)).select_by_value(value)


def chosen(driver: webdriver.Chrome) -> dict[str, str]:
    return {name: driver.find_element(By.ID, name).get_property("value") for name in SELECTORS}


def table(driver: webdriver.Chrome, section: str) -> dict[str, dict[str, str]]:
    """What a table says: first cell of a row -> heading -> cell."""
    script = """
        return [...document.querySelectorAll(arguments[0])]
            .map((row) => [...row.cells].map((cell) => cell.textContent))
    """
    head, *body = driver.execute_script(script, f"#{section} tr")
    return {first: dict(zip(head[1:], cells, strict=True)) for first, *cells in body}


def figure(text: str) -> float | None:
    return (
        None
        if text == DASH
        else float(text.rstrip("\N{NO-BREAK SPACE}%").replace(",", "").replace(MINUS, "-"))
    )


FIGURES = {
    "Contributors": "contributors",
    "Median": "median",
    "P10": "p10",
    "P25": "p25",
    "P75": "p75",
    "P90": "p90",
    "Mean": "mean",
    "Standard deviation": "stddev",
}
LADDERS = {
    ("network", None): ["All"],
    ("industry", MANUFACTURING): [MANUFACTURING, "All"],
    ("industry", DAIRY): [DAIRY, MANUFACTURING, "All"],  # 311 between them has no benchmark
    ("industry", MILLS): [MILLS, MANUFACTURING, "All"],
    (PEERS, DAIRY): ["Group", "All"],
}


def test_every_published_cell_reads_as_in_the_marts(driver: webdriver.Chrome) -> None:
    benchmarks = mart("benchmarks")
    trends = {(scope(row), row["metric_name"], row["period"]): row for row in mart("benchmark_trend")}
    heads = {kind: ladder[0] for kind, ladder in LADDERS.items()}
    assert len(benchmarks) == len(CELLS)
    for cell in benchmarks:
        show(driver, scope=scope(cell), metric=cell["metric_name"], period=cell["period"])
        beside = {
            heads[row["benchmark_type"], row["industry_code"]]: row
            for row in benchmarks
            if (row["metric_name"], row["period"]) == (cell["metric_name"], cell["period"])
        }
        shown = table(driver, "distribution")
        ladder = LADDERS[cell["benchmark_type"], cell["industry_code"]]
        assert list(shown["Median"]) == [head for head in ladder if head in beside]
        for name, column in FIGURES.items():
            figures = {head: figure(text) for head, text in shown[name].items()}
            assert figures == {head: beside[head][column] for head in figures}, (cell, name)
        trend = trends[scope(cell), cell["metric_name"], cell["period"]]
        line = {name: figure(text) for name, text in table(driver, "trend")[cell["period"]].items()}
        assert line.pop("Change") == (trend["median_change"] and round(trend["median_change"] * 100, 1))
        assert line == {name: cell[FIGURES[name]] for name in line}
        assert driver.find_element(By.CSS_SELECTOR, "#distribution caption").text.endswith(cell["unit"])
        assert "Lower is better" in driver.find_element(By.ID, "summary").text


def test_a_period_between_is_a_gap(driver: webdriver.Chrome) -> None:
    show(
        driver,
        scope=scope({"benchmark_type": "industry", "industry_code": DAIRY}),
        metric=EMISSIONS,
        period="2022",
    )
    shown = table(driver, "trend")
    assert list(shown) == ["2022", "2023", "2024"]
    assert set(shown["2023"].values()) == {DASH}


def test_coverage_is_the_marts(driver: webdriver.Chrome) -> None:
    for code in (None, MANUFACTURING, DAIRY):
        kind = "industry" if code else "network"
        show(driver, scope=scope({"benchmark_type": kind, "industry_code": code}), period="2024")
        expected = {
            row["category"].capitalize(): [row["organizations"], row["coverage"] * 100, row["metrics"]]
            for row in mart("coverage")
            if (row["industry_code"], row["period"]) == (code, "2024")
        }
        shown = table(driver, "coverage")
        assert expected
        assert {name: [figure(text) for text in row.values()] for name, row in shown.items()} == expected


@pytest.mark.parametrize("period", ["2022", "2024", "2024-Q1"])
def test_what_is_withheld_and_what_stands_in_for_it_are_the_marts(
    driver: webdriver.Chrome, period: str
) -> None:
    statuses = [row for row in mart("benchmark_status") if row["period"] == period]
    wanted = [DAIRY, FOOD, MANUFACTURING, MILLS, "22", None]
    for key in {
        (row["benchmark_type"], row["industry_code"]) for row in statuses if row["industry_code"] in wanted
    }:
        kind, code = key
        show(driver, scope=scope({"benchmark_type": kind, "industry_code": code}), period=period)
        shown = table(driver, "status")
        own = [row for row in statuses if (row["benchmark_type"], row["industry_code"]) == key]
        assert len(shown) == len(own)
        for row in own:
            name = row["metric_name"].replace("_", " ").capitalize().replace("Ghg", "GHG")
            text = shown[name]["Status"]
            assert text.startswith("Published") == (row["status"] == "published")
            if row["status"] != "published" and row["level_used_type"]:
                instead = row["level_used_code"] or "All members"
                assert text.startswith(f"Insufficient data; shown instead: {instead}")


def test_a_withheld_cell_leads_to_the_broader_one(driver: webdriver.Chrome) -> None:
    show(
        driver,
        scope=scope({"benchmark_type": "industry", "industry_code": FOOD}),
        metric=EMISSIONS,
        period="2023",
    )
    assert "Insufficient data" in driver.find_element(By.ID, "summary").text
    assert table(driver, "distribution")["Median"] == {FOOD: DASH, MANUFACTURING: "1,500,000"}
    driver.find_element(By.CSS_SELECTOR, "#summary button").click()
    assert chosen(driver)["scope"] == scope({"benchmark_type": "industry", "industry_code": MANUFACTURING})
    assert "1,500,000" in driver.find_element(By.ID, "summary").text


# --- how it is used ---


def test_it_opens_with_the_industry_that_has_most_figures(driver: webdriver.Chrome) -> None:
    driver.refresh()
    most = scope({"benchmark_type": "industry", "industry_code": MANUFACTURING})
    assert chosen(driver) == {"scope": most, "metric": EMISSIONS, "period": "2024"}


def test_the_keyboard_reaches_and_changes_everything(driver: webdriver.Chrome) -> None:
    driver.refresh()
    for name in SELECTORS:
        driver.switch_to.active_element.send_keys(Keys.TAB)
        focused, before = driver.switch_to.active_element, driver.find_element(By.ID, "summary").text
        assert focused.get_property("id") == name
        focused.send_keys(Keys.ARROW_DOWN)
        assert driver.find_element(By.ID, "summary").text != before


def test_a_name_is_text(driver: webdriver.Chrome) -> None:
    show(
        driver,
        scope=scope({"benchmark_type": "industry", "industry_code": MILLS}),
        metric=EMISSIONS,
        period="2024",
    )
    assert HOSTILE in driver.find_element(By.ID, "summary").text
    drawn(driver)
    assert driver.find_elements(By.CSS_SELECTOR, "img") == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_follows_the_light(driver: webdriver.Chrome, width: int, scheme: str) -> None:
    browser.look(driver, width, scheme)
    driver.refresh()
    drawn(driver)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    colours = "const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]"
    ink, paper = map(brightness, driver.execute_script(colours))
    assert ink < 0.2 < 0.8 < paper if scheme == "light" else paper < 0.2 < 0.8 < ink
    for section in driver.find_elements(By.CSS_SELECTOR, "main > section[aria-labelledby]"):
        says, chart = (section.find_element(By.CLASS_NAME, name) for name in ("says", "chart"))
        svg, beside = (section.find_element(By.TAG_NAME, name) for name in ("svg", "table"))
        assert 0 < svg.size["width"] <= section.size["width"]
        assert chart.accessible_name == says.get_property("textContent") != ""
        is_beside = beside.location["x"] >= svg.location["x"] + svg.size["width"]
        assert is_beside == (width == 1280)


def brightness(colour: str) -> float:
    """Of ``rgb(r, g, b)``, 0 to 1."""
    return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(", "))) / (3 * 255)


# --- what it is made from ---


def test_it_reads_as_an_analyst(page: Path, tmp_path: Path) -> None:
    """A superuser writes it, and yet what an analyst may not read stops it."""
    with psycopg.connect(autocommit=True) as connection:
        connection.execute("revoke select on marts.coverage from blipee_analyst")
        try:
            refused = run_command("report", "--output", tmp_path / "report.html", expect=1)
        finally:
            connection.execute("grant select on marts.coverage to blipee_analyst")
    assert "permission denied for view coverage" in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def emptied(page: Path, server: dict[str, str]) -> Iterator[dict[str, str]]:
    """The variables of a copy of the database, in which nothing is published any more."""
    with new_database(server, EMPTY, MODULE) as variables:
        with environment(variables), psycopg.connect() as connection:
            connection.execute("delete from network_benchmarks")
        yield variables


def test_a_network_without_a_benchmark_is_told_so(emptied: dict[str, str], tmp_path: Path) -> None:
    with environment(emptied):
        run_command("report", "--output", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "Nothing is published yet" in text
    assert "<select" not in text


def test_a_place_that_cannot_be_written_is_one_line(emptied: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with environment(emptied):
        refused = run_command("report", "--output", tmp_path / "file" / "report.html", expect=1)
    assert "name another file with --output" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_database_without_a_build_is_one_line(
    template: str, server: dict[str, str], tmp_path: Path
) -> None:
    with environment(server | {"PGDATABASE": template}):
        refused = run_command("report", "--output", tmp_path / "report.html", expect=1)
    assert "run dbt build first" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
