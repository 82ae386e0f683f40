"""The members' marts and the outcomes of loads, against a small world worked out by hand."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import sqrt

import psycopg
import pytest
from psycopg.rows import dict_row
from worlds import SOME_REJECTED, Bundle, identifier

# The marts judge by the clock.
PAST, LATER, NEVER = "2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z", "2990-01-01T00:00:00Z"
# Rows from before the documented tables were hardened: the constraints are NOT VALID and let them stand.
HARDENED = (
    ("ml_predictions", "ml_predictions_prediction_is_no_scalar"),
    ("ml_predictions", "ml_predictions_actual_value_is_no_scalar"),
    ("ml_training_jobs", "ml_training_jobs_completes_after_start"),
    ("network_supplier_assessments", "network_supplier_assessments_scores_is_no_scalar"),
    ("network_data_marketplace", "network_data_marketplace_expires_after_listing"),
    ("gri_standards", "gri_standards_topics_is_an_array"),
)
Row = dict[str, object]

# --- case -> its predictions with what came true, and what is said of them ---

NOTHING = {"mean_absolute_error": None, "root_mean_square_error": None, "bias": None}
TONS, KILOS = {"unit": "t"}, {"unit": "kg"}
ACCURACY = {
    "half scored": (
        [
            ({"value": 10} | TONS, {"value": 8} | TONS),
            ({"value": 4} | TONS, {"value": 8}),
            ({"value": 5} | TONS, None),
        ],
        ("partly_scored", 3, 2, 0, 1),
        {"unit": "t", "mean_absolute_error": 3, "root_mean_square_error": sqrt(10), "bias": -1},
    ),
    "all scored": (
        [(3, 1), (3, {"value": 1})],
        ("scored", 2, 2, 0, 0),
        {"unit": None, "mean_absolute_error": 2, "root_mean_square_error": 2, "bias": 2},
    ),
    "right": ([({"value": 0}, {"value": 0})], ("scored", 1, 1, 0, 0), dict.fromkeys(NOTHING, 0)),
    "none scored": ([({"value": 1}, None), ("high", None)], ("not_scored", 2, 0, 0, 2), NOTHING),
    "words": ([("high", "low"), ({"value": "1"}, {"value": "1"})], ("not_scored", 2, 0, 2, 0), NOTHING),
    "lists": ([([1], [1]), ({"value": [1]}, {"value": [1]})], ("not_scored", 2, 0, 2, 0), NOTHING),
    "an empty object": ([({}, {}), ({"value": None}, {"value": 1})], ("not_scored", 2, 0, 2, 0), NOTHING),
    "another unit": ([({"value": 1} | TONS, {"value": 1} | KILOS)], ("not_scored", 1, 0, 1, 0), NOTHING),
    "too large": ([(int("9" * 400), 1), (1e100, -1e100)], ("partly_scored", 2, 1, 1, 0), {"bias": 2e100}),
}


def predictions(bundle: Bundle) -> None:
    for case, (made, *_) in ACCURACY.items():
        bundle.member(case)
        bundle.add(
            "ml_models",
            id=f"model {case}",
            organization_id=case,
            model_type="optimization",
            model_name=case,
            version="1",
            architecture="{}",
        )
        for number, (prediction, actual) in enumerate(made):
            bundle.add(
                "ml_predictions",
                id=f"{case} {number}",
                organization_id=case,
                model_id=f"model {case}",
                prediction_type="any",
                input_data="{}",
                prediction=json.dumps(prediction),
                actual_value=None if actual is None else json.dumps(actual),
            )


# --- feature set -> its computations (when, valid for), and what is said of the set ---

FRESHNESS = {
    "fresh": ([(PAST, "1 day"), (LATER, "100 years")], ("fresh", 2002, 2102)),
    "stale": ([(PAST, "100 years"), (LATER, "1 day")], ("stale", 2002, 2002)),
    "still to come": ([(NEVER, "1 day")], ("not_computed_yet", 2990, 2990)),
    "one to come": ([(NEVER, "1 day"), (PAST, "1 day")], ("stale", 2001, 2001)),
    "for ages": ([(PAST, "1000000 years")], ("fresh", 2001, 3001)),
    "for less than no time": ([(PAST, "-1 years")], ("stale", 2001, 2000)),
}


def features(bundle: Bundle) -> None:
    for name, (computations, _) in FRESHNESS.items():
        for number, (computed_at, valid_for) in enumerate(computations):
            bundle.add(
                "ml_features",
                id=f"{name} {number}",
                organization_id="reader",
                feature_set=name,
                features="{}",
                computed_at=computed_at,
                validity_period=valid_for,
            )


# --- job -> its moments, and its minutes in the queue and at work: None cannot be told, True goes on ---

ONE, TWO, THREE = "2001-01-01T00:00:00Z", "2001-01-01T00:30:00Z", "2001-01-01T02:00:00Z"
JOBS = {
    "completed": (ONE, TWO, THREE, 30, 90),
    "failed": (ONE, TWO, THREE, 30, 90),
    "cancelled": (ONE, None, TWO, None, None),
    "running": (ONE, TWO, None, 30, True),
    "queued": (ONE, None, None, True, None),
    "completed before it began": (ONE, THREE, TWO, 120, None),
}


def jobs(bundle: Bundle) -> None:
    for name, (created, started, completed, *_) in JOBS.items():
        bundle.add(
            "ml_training_jobs",
            id=name,
            organization_id="reader",
            model_type=name,
            status=name.split()[0],
            config="{}",
            created_at=created,
            started_at=started,
            completed_at=completed,
        )


# --- supplier -> the assessments of it (asked for by, scores, when, until), and what is said of it ---

GOOD, BAD = {"overall": 0.8}, {"overall": 0.1}
SUPPLIERS = {
    "assessed": ([("reader", BAD, PAST, NEVER), ("reader", GOOD, LATER, NEVER)], ("assessed", 0.8)),
    "renewed": ([("reader", GOOD, PAST, NEVER), ("reader", BAD, LATER, LATER)], ("assessed", 0.8)),
    "expired": ([("reader", GOOD, PAST, LATER)], ("expired", None)),
    "not yet": ([("reader", GOOD, NEVER, NEVER)], ("never_assessed", None)),
    "never": ([], ("never_assessed", None)),
    "by another": ([("seller", GOOD, PAST, NEVER)], ("never_assessed", None)),
    "a word": ([("reader", "good", PAST, NEVER)], ("score_unreadable", None)),
    "no score": ([("reader", {"overall": None}, PAST, NEVER)], ("score_unreadable", None)),
    "a percentage": ([("reader", {"overall": 80}, PAST, NEVER)], ("score_unreadable", None)),
}


def suppliers(bundle: Bundle) -> None:
    def edge(source: str, target: str, kind: str, **about: object) -> None:
        bundle.add(
            "network_edges",
            source_organization_id=source,
            target_organization_id=target,
            edge_type=kind,
            **about,
        )

    for name, (assessments, _) in SUPPLIERS.items():
        bundle.member(name)
        edge("reader", name, "buys_from")
        for number, (requester, scores, assessed_at, until) in enumerate(assessments):
            bundle.add(
                "network_supplier_assessments",
                id=f"{name} {number}",
                requester_org_id=requester,
                supplier_organization_id=name,
                assessment_type="any",
                scores=json.dumps(scores),
                assessment_date=assessed_at,
                valid_until=until,
            )
    edge("reader", "seller", "buys_from", risk_score=0.2, sustainability_score=0.9, volume_info="[]")
    edge(
        "seller", "reader", "supplies_to", risk_score=0.4, sustainability_score=0.7, relationship_strength=0.5
    )
    edge("reader", "buyer", "supplies_to")
    edge("reader", "buyer", "partners_with")


# --- the marketplace and a consortium ---

LISTINGS = {
    "open": ("seller", PAST, None, "open"),
    "own and closed": ("reader", PAST, LATER, "closed"),
    "own and to come": ("reader", NEVER, None, "not_open_yet"),
}


def marketplace(bundle: Bundle) -> None:
    for name, (provider, listed_at, expires_at, _) in (
        LISTINGS | {"closed": ("seller", PAST, LATER, "")}
    ).items():
        bundle.add(
            "network_data_marketplace",
            id=name,
            provider_org_id=provider,
            dataset_name=name,
            dataset_type="any",
            data_period="2024",
            access_type="one_time",
            listed_at=listed_at,
            expires_at=expires_at,
        )
    for listing, buyer in (
        ("open", "reader"),
        ("closed", "reader"),
        ("own and closed", "buyer"),
        ("open", "buyer"),
    ):
        bundle.add(
            "network_data_exchanges",
            id=f"{buyer} of {listing}",
            listing_id=listing,
            buyer_org_id=buyer,
            transaction_type="purchase",
            access_granted_at=PAST,
            access_expires_at=LATER if buyer == "buyer" else None,
        )
    for name in ("ours", "theirs"):
        bundle.add("network_consortiums", consortium_name=name, industry="any", charter="{}", governance="{}")
    for name, member, role in (
        ("ours", "reader", "chair"),
        ("ours", "seller", "member"),
        ("theirs", "seller", "chair"),
    ):
        bundle.add(
            "network_consortium_members",
            consortium_name=name,
            organization_id=member,
            member_role=role,
            voting_power=0,
        )


# --- industry -> the topics of its standard, and what is said of them ---

TOPICS = {
    "covered": ([{"number": "1.1", "title": "one"}, {"number": "1.10", "title": "ten"}], "likely_material"),
    "listed without titles": ([{"number": "2.1"}, "a word"], "likely_material"),
    "empty": ([], "topics_unknown"),
    "no list": ({"number": "1"}, "topics_unknown"),
    "no standard": (None, "no_sector_standard"),
    "asked": (
        [
            {"number": "3.1", "title": "emissions", "disclosures": ["305-1", "305-2"]},
            {"number": "3.2", "title": "waste", "disclosures": ["306-3"]},
            {"number": "3.3", "title": "land", "disclosures": []},
            {"number": "3.4", "title": "air", "disclosures": "305-1"},
        ],
        "likely_material",
    ),
}


def industries(bundle: Bundle) -> None:
    for name, (topics, _) in TOPICS.items():
        if topics is not None:
            bundle.add(
                "gri_standards",
                standard_code=f"GRI {name}",
                industry="any",
                version="1",
                topics=json.dumps(topics),
                requirements="{}",
                effective_date="2001-01-01",
            )
        bundle.add(
            "industry_models",
            industry_code=name,
            industry_name=name,
            gri_standard=None if topics is None else f"GRI {name}",
        )
        bundle.member(f"of {name}", industry=name)


# --- what an organisation reports (metric, period, value, unit), and what is said of it ---

REPORTS = [
    ("scope_1_emissions", "2024", 1, "tCO2e"),
    ("SCOPE_1_EMISSIONS ", "FY 2024", 2, "kgCO2e"),
    ("employees_total", "2024", 3, "employees"),
    ("scope_2_emissions_market_based", "2023", 4, "tCO2e"),
    ("scope_2_emissions_market_based", "2024", 5, "tons"),  # a unit that says nothing
    ("scope_2_emissions_market_based", "FY2024", -6, "tCO2e"),
    ("waste_generated_total", "2024", "NaN", "t"),
    ("waste_generated_total", "some day", 7, "t"),
    ("of no catalogue", "2024", 8, "t"),
]
REPORTED = {("305-1", "2024", 1), ("2-7", "2024", 1), ("305-2", "2023", 1)}
COVERAGE = {
    ("2024", "3.1"): ("partly_reported", 2, 1),
    ("2024", "3.2"): ("not_reported", 1, 0),
    ("2023", "3.1"): ("partly_reported", 2, 1),
    ("2023", "3.2"): ("not_reported", 1, 0),
} | {(period, topic): ("not_measured", 0, 0) for period in ("2023", "2024") for topic in ("3.3", "3.4")}


def reports(bundle: Bundle) -> None:
    for metric, period, value, unit in REPORTS:
        bundle.observe("of asked", metric, value, period=period, unit=unit)
    bundle.member("silent", industry="asked", consents=())


# --- the build ---

# Folders of marts that are made of more than documented tables.
ELSEWHERE = ("benchmarks", "intelligence", "privacy")
REFUSED = {"value": ("n/a", 7), "period": ("", 4)}  # column -> what stands there, and in how many lines


def observations(bundle: Bundle) -> None:
    for column, (bad, lines) in REFUSED.items():
        for number in range(lines):
            bundle.observe("reader", f"{column} {number}", 1)
            bundle.tables["metric_observations"][-1][column] = bad
    for number in range(13):
        bundle.observe("reader", "board_size", 1, period=f"{2000 + number}", unit="members")
    for number in range(6):
        bundle.observe("reader", f"metric {number}", 1)
    for number in range(5):
        bundle.observe("reader", "board_size", -1, site=f"site {number}", unit="members")


@pytest.fixture(scope="module")
def world(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = Bundle()
    for name in ("reader", "seller", "buyer"):
        bundle.member(name)
    for part in (predictions, features, jobs, suppliers, marketplace, industries, reports):
        part(bundle)
    late = Bundle()
    observations(late)
    folder = tmp_path_factory.mktemp("bundles")
    with psycopg.connect(autocommit=True) as connection:
        for table, constraint in HARDENED:
            connection.execute(f"alter table {table} drop constraint {constraint}")
    bundle.load(folder)
    late.load(folder, expect=SOME_REJECTED)
    dbt(
        "build",
        "--select",
        "path:models/marts",
        "+reported_disclosures",
        "+load_outcomes",
        "--exclude",
        *(f"path:models/marts/{name}" for name in ELSEWHERE),
        "--exclude-resource-type",
        "test",
    )


@contextmanager
def reading(role: str, organization: str = "") -> Iterator[psycopg.Cursor]:
    with psycopg.connect(autocommit=True, row_factory=dict_row) as connection:
        connection.execute(f"set role {role}")
        if organization:
            connection.execute(
                "select set_config('blipee.organization_id', %s, false)", [str(identifier(organization))]
            )
        yield connection.cursor()


def read(mart: str, organization: str = "reader") -> list[Row]:
    """What a member sees of a mart."""
    with reading("blipee_member", organization) as cursor:
        return cursor.execute(f"select * from marts.{mart}").fetchall()


@pytest.mark.parametrize("case", ACCURACY)
def test_accuracy_is_of_what_came_true(world, case):
    _, (status, *counts), figures = ACCURACY[case]
    (row,) = read("model_accuracy", case)
    assert row["status"] == status
    assert [row[f"{kind}_count"] for kind in ("prediction", "scored", "unreadable", "unscored")] == counts
    assert {name: row[name] for name in figures} == pytest.approx(figures)
    assert (row["model_name"], row["version"]) == (case, "1")


def test_features_are_fresh_until_their_validity_ends(world):
    found = {row["feature_set"]: row for row in read("feature_freshness")}
    assert found.keys() == FRESHNESS.keys()
    for name, (_, expected) in FRESHNESS.items():
        row = found[name]
        assert (row["status"], row["computed_at"].year, row["valid_until"].year) == expected, name


def test_jobs_tell_how_long_they_took_or_have_taken(world):
    found = {row["model_type"]: row for row in read("training_jobs")}
    assert found.keys() == JOBS.keys()
    for name, (*_, queued, ran) in JOBS.items():
        for minutes, expected in ((found[name]["queued_minutes"], queued), (found[name]["run_minutes"], ran)):
            if expected is True:
                assert minutes > 365 * 24 * 60, name
            else:
                assert minutes == expected, name


def test_a_scorecard_has_each_direct_supplier_once(world):
    found = {row["supplier_node_id"]: row for row in read("supplier_scorecard")}
    with psycopg.connect() as connection:
        node = dict(connection.execute("select node_name, id from network_nodes").fetchall())
    assert found.keys() == {node[name] for name in (*SUPPLIERS, "seller")}
    for name, (_, expected) in SUPPLIERS.items():
        assert (found[node[name]]["status"], found[node[name]]["overall_score"]) == expected, name
        assert found[node[name]]["risk_score"] is None
    seller = found[node["seller"]]
    assert (seller["risk_score"], seller["sustainability_score"], seller["relationship_strength"]) == (
        0.4,
        0.7,
        0.5,
    )
    assert seller["annual_spend_usd"] is None


def test_the_marketplace_shows_what_is_open_and_ones_own(world):
    found = {row["dataset_name"]: row for row in read("marketplace_overview")}
    assert {name: row["status"] for name, row in found.items()} == {
        name: status for name, (*_, status) in LISTINGS.items()
    }
    assert found["open"]["price_credits"] is None
    assert found["open"]["quality_score"] is None


def test_exchanges_are_those_that_one_took_part_in(world):
    reader, buyer, seller = (identifier(name) for name in ("reader", "buyer", "seller"))
    found = {
        (row["listing_id"], row["dataset_name"], row["provider_id"], row["buyer_id"], row["access_status"])
        for row in read("data_exchanges")
    }
    assert found == {
        (identifier("open"), "open", seller, reader, "open"),
        (identifier("closed"), None, None, reader, "open"),  # the listing is no longer shown
        (identifier("own and closed"), "own and closed", reader, buyer, "closed"),
    }


def test_consortiums_are_those_that_one_belongs_to(world):
    (row,) = read("consortium_overview")
    assert (row["consortium_name"], row["member_role"], row["voting_power"]) == ("ours", "chair", 0)


@pytest.mark.parametrize("name", TOPICS)
def test_material_topics_are_those_of_the_standard(world, name):
    topics, status = TOPICS[name]
    found = [
        (row["topic_number"], row["topic_title"], row["status"])
        for row in read("material_topics", f"of {name}")
    ]
    named = [topic if isinstance(topic, dict) else {} for topic in topics] if isinstance(topics, list) else []
    expected = [(topic.get("number"), topic.get("title"), status) for topic in named] or [
        (None, None, status)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_disclosures_are_reported_with_a_value_that_counts(world):
    found = read("reported_disclosures", "of asked")
    assert {(row["gri_disclosure"], row["period"], row["metric_count"]) for row in found} == REPORTED
    assert read("reported_disclosures", "silent") == []


def test_topics_are_covered_period_by_period(world):
    found = {
        (row["period"], row["topic_number"]): (row["status"], row["disclosure_count"], row["reported_count"])
        for row in read("topic_coverage", "of asked")
    }
    assert found == COVERAGE
    silent = {(row["period"], row["topic_number"]): row["status"] for row in read("topic_coverage", "silent")}
    assert silent == {
        (None, "3.1"): "not_reported",
        (None, "3.2"): "not_reported",
        (None, "3.3"): "not_measured",
        (None, "3.4"): "not_measured",
    }


def test_a_member_sees_no_series_that_only_others_report(world):
    seen = {(row["metric_name"], row["period"]) for row in read("gri_series", "reader")}
    assert seen == {("board_size", str(year)) for year in (*range(2000, 2013), 2024)}
    assert read("gri_series", "silent") == []


OF_AN_ORGANIZATION = (
    "material_topics", "reported_series", "reported_disclosures", "topic_coverage", "model_accuracy",
    "feature_freshness", "training_jobs", "supplier_scorecard", "consortium_overview",
)  # fmt: skip


@pytest.mark.parametrize("mart", OF_AN_ORGANIZATION)
def test_a_member_sees_its_own_rows_only(world, mart):
    with psycopg.connect() as connection:
        owners = {row[0] for row in connection.execute(f"select organization_id from marts.{mart}")}
    assert owners
    for name in ("reader", "seller", "half scored", "of covered", "of asked"):
        seen = {row["organization_id"] for row in read(mart, name)}
        assert seen == owners & {identifier(name)}
    with reading("blipee_member") as cursor:
        assert cursor.execute(f"select * from marts.{mart}").fetchall() == []


def outcomes() -> list[tuple[str, int]]:
    with reading("blipee_analyst") as cursor:
        rows = cursor.execute(
            "select outcome, row_count from marts.load_outcomes "
            "where batch_id = (select max(batch_id) from marts.load_outcomes) order by outcome"
        ).fetchall()
    return [(row["outcome"], row["row_count"]) for row in rows]


def test_loads_are_counted_in_fives_and_few_are_not_shown(world):
    # Of 7 without a number, 13, 6 and 5; the 4 without a period are too few.
    assert outcomes() == [
        ("accepted", 10),
        ("is not a number", 5),
        ("negative where the metric forbids it", 5),
        ("unknown metric", 5),
    ]


@pytest.mark.parametrize("mart", [*OF_AN_ORGANIZATION, "marketplace_overview", "data_exchanges"])
def test_an_analyst_reads_no_organization(world, mart):
    with reading("blipee_analyst") as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute(f"select * from marts.{mart}")


def test_a_member_does_not_read_the_outcomes_of_loads(world):
    with reading("blipee_member", "reader") as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute("select * from marts.load_outcomes")


def test_later_loads_add_to_what_was_reported_and_accepted(world, dbt, tmp_path):
    later = Bundle()
    later.metric("metric 0")
    later.observe("of asked", "scope_2_emissions_market_based", 1, unit="tCO2e")
    for number in range(9):
        later.observe("reader", "board_size", number, site=f"site {number}", unit="members")
    later.load(tmp_path)
    for _ in range(2):  # the second has nothing to add
        dbt("run", "--select", "+reported_disclosures", "topic_coverage", "+load_outcomes")
    coverage = read("topic_coverage", "of asked")
    found = {row["topic_number"]: row["status"] for row in coverage if row["period"] == "2024"}
    assert found["3.1"] == "reported"
    assert outcomes() == [("accepted", 10)]  # 11, one of which defines a metric
    with psycopg.connect() as connection:
        loads = connection.execute(
            "select batch_id, count(distinct organization_id) from marts.reported_series group by 1"
        )
        assert sorted(loads.fetchall()) == [(1, 1), (2, 1), (3, 2)]
        earlier = connection.execute(
            "select outcome, row_count from marts.load_outcomes where batch_id = 2 order by outcome"
        ).fetchall()
    # What "metric 0" is, is known by now: one less is unknown, and one more accepted.
    assert earlier == [
        ("accepted", 10),
        ("is not a number", 5),
        ("negative where the metric forbids it", 5),
        ("unknown metric", 5),
    ]
