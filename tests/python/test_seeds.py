"""The seeds say what the benchmarks measure: complete, consistent, and exact."""

import csv
import re

import pytest
from conftest import PROJECT


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


METRICS = {row["metric_name"]: row for row in seed("metric_catalogue")}
UNITS = {row["unit"]: row for row in seed("unit_conversions")}
INDUSTRIES = {row["industry_code"]: row for row in seed("industry_catalogue")}
STANDARDS = {row["standard_code"] for row in seed("gri_sector_standards")}


def chain(start: str, rows: dict[str, dict[str, str]], parent: str) -> list[str]:
    """The row, what it belongs to, and so on up; a circle fails."""
    seen = [start]
    while above := rows[seen[-1]][parent]:
        assert above not in seen, f"{' > '.join(seen)} > {above} is a circle"
        seen.append(above)
    return seen


def converted(value: float, given: str, wanted: str) -> float:
    assert UNITS[given]["dimension"] == UNITS[wanted]["dimension"]
    return value * float(UNITS[given]["factor_to_base"]) / float(UNITS[wanted]["factor_to_base"])


def test_sixty_metrics_and_more_in_every_category():
    assert len(METRICS) >= 60
    assert {row["category"] for row in METRICS.values()} == {
        "energy", "water", "emissions", "waste", "social", "governance",
    }  # fmt: skip


def test_no_row_is_given_twice():
    assert len(METRICS) == len(seed("metric_catalogue"))
    assert len(UNITS) == len(seed("unit_conversions"))
    assert len(INDUSTRIES) == len(seed("industry_catalogue"))


@pytest.mark.parametrize(
    "disclosures",
    [
        [f"302-{n}" for n in range(1, 6)],
        [f"303-{n}" for n in range(3, 6)],
        [f"305-{n}" for n in range(1, 8)],
        [f"306-{n}" for n in range(3, 6)],
        ["401-1", "403-9", "404-1", "405-1", "2-9", "205-3"],
    ],
    ids=["energy", "water", "emissions", "waste", "social and governance"],
)
def test_every_disclosure_has_a_metric(disclosures):
    assert set(disclosures) <= {row["gri_disclosure"] for row in METRICS.values()}


def test_topics_are_asked_about_by_disclosures_that_have_a_metric():
    measured = {row["gri_disclosure"] for row in METRICS.values()}
    assert {row["gri_disclosure"] for row in seed("gri_topic_disclosures")} <= measured


def test_metric_names_are_canonical():
    for row in METRICS.values():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row["metric_name"])
        assert re.fullmatch(r"\d{1,3}-\d{1,2}", row["gri_disclosure"])
        assert row["allow_negative"] in ("true", "false")


def test_a_component_is_of_the_same_kind_as_its_total():
    components = [row for row in METRICS.values() if row["component_of"]]
    assert len(components) > 40
    for row in components:
        total = METRICS[row["component_of"]]
        for trait in ("unit", "category", "metric_type", "aggregation"):
            assert row[trait] == total[trait], f"{row['metric_name']} and its total differ in {trait}"
        assert row["aggregation"] == "sum"


def test_no_metric_is_a_part_of_itself():
    assert max(len(chain(name, METRICS, "component_of")) for name in METRICS) == 3
    assert chain("scope_1_emissions", METRICS, "component_of") == [
        "scope_1_emissions", "scope_1_and_2_emissions", "ghg_emissions_total",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "given", "wanted", "result"),
    [
        (1, "MWh", "GJ", 3.6),
        (1, "MMBtu", "kWh", 293.07107017222),
        (100, "kBtu", "therm", 1),
        (1, "short ton", "t", 0.90718474),
        (1, "long ton", "lb", 2240),
        (1000, "g", "kg", 1),
        (1, "Mt", "kt", 1000),
        (1, "ML", "m3", 1000),
        (1, "m3", "litre", 1000),
        (42, "US gal", "bbl", 1),
        (1, "tCO2e", "kgCO2e", 1000),
        (1, "short ton CO2e", "lbCO2e", 2000),
        (50, "%", "fraction", 0.5),
        (1, "kBtu/sqft", "kWh/m2", 3.1545907451),
    ],
)
def test_conversions_equal_published_ones(value, given, wanted, result):
    assert converted(value, given, wanted) == pytest.approx(result, rel=1e-10)


@pytest.mark.parametrize(
    "spelling",
    ["ton", "tons", "mt", "MT", "MTCO2e", "mtCO2e", "tCO2", "gal", "MBtu", "Mcf", "ml", "mL", "Mg", "mwh"],
)
def test_a_spelling_of_two_meanings_is_no_unit(spelling):
    assert spelling not in UNITS


def test_spellings_that_differ_in_case_only_are_the_same_amount_or_meant_apart():
    meant_apart = {("Mt", "t")}
    for one in UNITS:
        for other in UNITS:
            if one != other and one.lower() == other.lower() and (one, other) not in meant_apart:
                assert UNITS[one] | {"unit": ""} == UNITS[other] | {"unit": ""}, f"{one} and {other}"


def test_every_factor_is_above_zero():
    assert all(float(row["factor_to_base"]) > 0 for row in UNITS.values())


def test_industries_are_those_of_naics(shared_data):
    with (shared_data / "naics_2022_titles.csv").open(newline="", encoding="utf-8") as file:
        titles = {row["naics_code"]: row["title"] for row in csv.DictReader(file)}
    of_our_levels = {code: title for code, title in titles.items() if len(code) <= 4 or "-" in code}
    assert {code: row["industry_name"] for code, row in INDUSTRIES.items()} == of_our_levels


def test_every_industry_belongs_to_a_sector():
    for code in INDUSTRIES:
        levels = chain(code, INDUSTRIES, "parent_industry_code")
        assert len(levels) == (1 if "-" in code else len(code) - 1)
        low, _, high = levels[-1].partition("-")
        assert int(low) <= int(code[:2]) <= int(high or low)


def test_topics_are_those_of_the_standards(shared_data):
    with (shared_data / "gri_sector_topics.csv").open(newline="", encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    for row in known:
        del row["standard_name"]
    assert seed("gri_sector_topics") == known


def test_every_standard_has_topics_and_industries():
    assert {row["standard_code"] for row in seed("gri_sector_topics")} == STANDARDS
    assert {row["gri_standard"] for row in INDUSTRIES.values()} - {""} == STANDARDS


def test_dbt_loads_the_seeds_and_their_tests_pass(database, connection, dbt):
    dbt("build", "--select", "resource_type:seed")
    types = dict(
        connection.execute(
            "select table_name || '.' || column_name, data_type from information_schema.columns "
            "where table_schema = 'reference'"
        ).fetchall()
    )
    assert types["unit_conversions.factor_to_base"] == "double precision"
    assert types["metric_catalogue.allow_negative"] == "boolean"
    assert types["gri_sector_standards.effective_date"] == "date"
    assert types["gri_sector_topics.topic_number"] == types["industry_catalogue.industry_code"] == "text"
    counts = {
        name: connection.execute(f"select count(*) from reference.{name}").fetchone()[0]
        for name in ("metric_catalogue", "unit_conversions", "industry_catalogue", "gri_sector_topics")
    }
    assert counts == {name: len(seed(name)) for name in counts}
    short_ton = "select factor_to_base from reference.unit_conversions where unit = 'short ton'"
    assert connection.execute(short_ton).fetchone() == (907.18474,)
