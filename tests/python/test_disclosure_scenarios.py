"""Attacks on what is published, each of which succeeds without the rule that stops it.

Every scenario (attacks.py) is a story of a few builds with a secret that somebody works out from published
figures. It is told twice in the same builds: with every rule, and in metrics in which the rules that it names
are taken out of the models (stories.RULES). Without them the secret comes out, with them it does not, and
cells that are not concerned are shown both times.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import psycopg
import pytest
from attacks import ENDINGS, INDUSTRIES, SCENARIOS, newcomers, told
from conftest import PROJECT, SUFFIX, complaints, environment, new_database
from dbt.cli.main import dbtRunner
from stories import (
    BUILDS,
    MOMENTS,
    RULES,
    Attack,
    Look,
    Seen,
    called,
    look,
    shuffled,
    take_out,
    worked_out,
)
from worlds import Bundle, query

pytestmark = pytest.mark.database

MODELS = ("+path:models/marts/privacy", "+network_intelligence_cache", "rejected_observations", "last_build")
EVERYBODY = {"cached_positions": 10_000}  # the copies without ownership would push others out
STRICTER = {"minimum_contributors": 6, "significant_digits": 4}  # in the last build


# --- the builds ---


def live(bundles: list[Bundle], statements: list[list[tuple]], folder: Path, run: Callable) -> list[Look]:
    """Load, build and look, as often as there are bundles."""
    looks = []
    with psycopg.connect(autocommit=True) as connection:
        for build, (bundle, done) in enumerate(zip(bundles, statements, strict=True), 1):
            bundle.load(folder)
            for statement in done:
                connection.execute(*statement)
            thresholds = STRICTER if build == BUILDS else {}
            terms = {"as_of": MOMENTS[build - 1].isoformat()} | EVERYBODY | thresholds
            run("run", "--select", *MODELS, "--vars", json.dumps(terms))
            looks.append(look(connection))
    return looks


def built_without(dbt: Callable, folder: Path, rules: Iterable[str]) -> Callable[..., None]:
    """dbt on the project with these rules taken out where a name says so, the catalogue being there."""
    dbt("build", "--select", "path:seeds", "+path:models/catalogue")
    manifest = dbt("parse").result
    take_out(manifest, rules)
    (folder / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
    places = ["--project-dir", PROJECT, "--profiles-dir", folder, "--target-path", folder]

    def run(*arguments: str) -> None:
        runner = dbtRunner(manifest=manifest.deepcopy())
        result = runner.invoke([*arguments, *map(str, places), "--log-path", str(folder), "--quiet"])
        assert result.success, complaints(result)

    return run


@pytest.fixture(scope="module")
def looks(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> list[Look]:
    """What stood there after each build, with the rules taken out of the metrics that say so."""
    folder = tmp_path_factory.mktemp("stories")
    stage, _ = told()
    return live(stage.bundles, stage.statements, folder, built_without(dbt, folder, RULES))


@pytest.fixture(scope="module")
def other_looks(
    server: dict[str, str], template: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory
) -> list[Look]:
    """The same rows in another order and database, with every rule on; three builds are history enough."""
    folder = tmp_path_factory.mktemp("shuffled")
    stage, _ = told()
    random = np.random.default_rng(7)
    bundles = [shuffled(bundle, random) for bundle in stage.bundles[:3]]
    with new_database(server, f"blipee_other{SUFFIX}", template) as variables, environment(variables):
        # Who owns whom is told apart by organisation, not by metric: it must be the same in both databases.
        return live(bundles, stage.statements[:3], folder, built_without(dbt, folder, ["ownership"]))


@pytest.fixture(scope="module")
def attacks() -> dict[str, Attack]:
    return told()[1]


# --- what the attacks find ---


@pytest.mark.parametrize("each", SCENARIOS, ids=lambda each: each.name.replace(" ", "_"))
def test_an_attack_succeeds_only_without_the_rule(each, looks, attacks):
    secret = pytest.approx(each.secret, rel=each.within, abs=1e-9)
    attack = attacks[each.name]
    protected, exposed, *alone = (worked_out(attack, looks, name) for name in each.copies())
    assert exposed == secret
    assert protected != secret
    for with_the_other_rule in alone:
        assert with_the_other_rule != secret


@pytest.mark.parametrize("each", SCENARIOS, ids=lambda each: each.name.replace(" ", "_"))
def test_who_is_not_concerned_is_shown(each, looks):
    for name in each.copies():
        seen = Seen(looks, name)
        for cell in each.neighbours:
            assert seen.shows("mean", cell, each.build), f"{name}: {cell or 'the network'}"
        for group in each.groups:
            assert seen.shows("median", group, each.build), f"{name}: {group}"


# --- six members, one build after another ---


def test_six_members_to_and_fro(looks, attacks):
    """Joins, leaves, corrects, withdraws: each would tell a value, and none does; then all comes back."""
    name = "six members to and fro"
    exposed = Seen(looks, called(name, ["release", "tree"]))
    means = [exposed.mean("industry", build) for build in range(1, 7)]
    sums = [count * mean for count, mean in zip((6, 7, 6, 6, 5, 6), means, strict=True)]
    told = [later - earlier for earlier, later in pairwise(sums)]
    assert told[:4] == pytest.approx([170, -110, 60, -100])  # joined, left, corrected, withdrew
    assert means[5] == means[0]

    seen = Seen(looks, name)
    assert [seen.shows("mean", "industry", build) for build in range(1, 7)] == [True] * 4 + [False, True]
    assert {seen.mean("industry", build) for build in (1, 2, 3, 4, 6)} == {100}
    assert [len(seen.releases("industry", build)) for build in range(1, 7)] == [1, 1, 1, 1, 1, 2]
    first, again = seen.releases("industry", 6)
    assert (first.withdrawn, again.withdrawn) == (True, False)
    assert first[:3] == again[:3]  # contributors, their digests, the figures
    assert (first.released_at, again.released_at) == (MOMENTS[0], MOMENTS[5])
    # Its values change elsewhere: the neighbours' only release is the first.
    assert [seen.mean("neighbours", build) for build in range(1, 7)] == [100] * 6
    assert len(seen.releases("neighbours", 6)) == 1


def test_five_came_and_went_and_the_release_before_them_still_counts(looks):
    """The release of the second build stays, though the third build's set differs from it by six."""
    seen = Seen(looks, "five come and go and another comes")
    assert [len(seen.releases("industry", build)) for build in (1, 2, 3)] == [1, 2, 2]
    assert seen.statistics("industry", 3) == seen.statistics("industry", 2)


# --- overlaps that are harmless, and which of two is shown ---


def test_one_group_under_two_names_is_shown_under_both(looks):
    seen = Seen(looks, "one group twice")
    assert seen.median("one name") == seen.median("another name") == 65


def test_of_two_groups_with_equal_claims_one_is_shown(looks, other_looks):
    """The same one, in whatever order the rows came."""
    shown = [
        [group for group in ("without the first", "without the last") if seen.shows("median", group)]
        for seen in (Seen(each, "two groups with equal claims") for each in (looks, other_looks))
    ]
    assert len(shown[0]) == 1
    assert shown[0] == shown[1]


def test_of_two_children_the_smaller_gives_up_its_mean(looks):
    """With the six of the smaller child what is left over is safe: it need not take the nine of the other."""
    seen = Seen(looks, "what two children leave")
    assert not seen.shows("mean", "smaller child")
    assert seen.shows("mean", "larger child")


def test_a_group_that_shows_nothing_hides_nothing(looks):
    seen = Seen(looks, "a group too small to show")
    assert not seen.shows("median", "group")
    assert seen.shows("mean", "industry")


# --- consents that end ---


@pytest.mark.parametrize(("period", "ending"), ENDINGS.items(), ids=ENDINGS.values())
def test_a_consent_that_ends_hides_every_cell_in_the_next_build(period, ending, looks):
    seen = Seen(looks, "consent ends", period)
    cells = {"leaf": "mean", "parent": "mean", "": "mean", ending: "median"}
    assert all(seen.shows(figure, cell, 1) for cell, figure in cells.items())
    for build in range(2, BUILDS + 1):
        for table in ("network", "industry"):
            shown = [cell for cell in cells if seen.shows_any(cell, build, table=table)]
            assert shown == [], f"build {build}, {table}_benchmarks"
        assert seen.shows("mean", "neighbours", build)
    summaries = [each.cache[f"network_summary:{period}"] for each in looks[:2]]
    assert [(summary["benchmarks"], summary["industries"]) for summary in summaries] == [(5, 3), (1, 1)]


def test_a_subsidiary_that_withdraws_is_in_no_figure_of_a_former_parent(looks):
    seen = Seen(looks, "sold and withdrawn")
    assert seen.mean("industry", 1) == seen.mean("industry", 2) == pytest.approx(670 / 6, rel=0.005)
    assert not seen.shows("mean", "industry", 3)


# --- several rules together ---


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("one cell in four releases", 210),
        ("an industry under a new code", 170),
        ("an old parent and new children", 420),
    ],
)
def test_releases_of_several_builds_tell_nobody(name, secret, looks, attacks):
    assert worked_out(attacks[name], looks, name) != pytest.approx(secret)


@pytest.mark.parametrize("name", ["a child of industries in a circle", "a child below the deepest level"])
def test_medians_outside_the_tree_tell_nobody(name, looks, attacks):
    assert worked_out(attacks[name], looks, name) != pytest.approx(70)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("a child of industries in a circle", ("one", "other", "child")),
        ("a child below the deepest level", ("level 7",)),
    ],
)
def test_industries_outside_the_tree_show_no_mean(name, cells, looks):
    assert [cell for cell in cells if Seen(looks, name).shows("mean", cell)] == []


# --- thresholds, determinism, arrivals ---


def test_stricter_thresholds_are_recorded_and_open_nothing_again(looks):
    seen = Seen(looks, "stricter thresholds")
    before, last = looks[-2:]
    # Every figure that stood there stands there, with its digits, and nothing else of these metrics.
    later = [f"stricter thresholds later of {count}" for count in ("five", "six")]
    for table in ("industry", "network"):
        kept = {key: value for key, value in getattr(last, table).items() if key[0] not in later}
        assert figures(kept) == figures(getattr(before, table))
    assert seen.mean("five", BUILDS) == seen.mean("five", 1) == 120
    assert last.ledger[: len(before.ledger)] == before.ledger
    news = last.ledger[len(before.ledger) :]
    assert {release.metric_name for release in news} == {later[1]}
    assert seen.mean("six", BUILDS, metric="later of six") == 125.9
    assert not seen.shows("mean", "five", BUILDS, metric="later of five")
    assert {release.thresholds["minimum_contributors"] for release in before.ledger} == {5}
    assert all(release.thresholds.items() >= STRICTER.items() for release in news)


def figures(published: dict[tuple, dict]) -> dict[tuple, dict]:
    """Without the share of the members that they speak for: others become known."""
    return {key: statistics | {"coverage": None} for key, statistics in published.items()}


def as_ruled(published: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without the copies with a rule taken out, and the cache entries of the year in which they report."""
    return {
        table: [row for row in rows if " -" not in row and not re.search(r'"cache_key": "[^"]*:2024"', row)]
        for table, rows in published.items()
    }


def test_the_same_rows_and_moments_give_the_same_bytes(looks, other_looks):
    """In another order, in another database, and from the models as they are."""
    for build, (one, other) in enumerate(zip(looks, other_looks, strict=False), 1):
        assert as_ruled(one.published) == as_ruled(other.published), f"build {build}"
        assert all(as_ruled(one.published).values())


def test_cells_that_grow_slowly_are_not_frozen_for_ever(looks):
    """What is shown is never five newcomers behind; of the industries' cells 22 of 48 are current."""
    seen = Seen(looks, "members arrive")
    current = []
    for build in range(1, 7):
        there = [
            6 + sum(newcomers(number, each) for each in range(2, build + 1)) for number in range(INDUSTRIES)
        ]
        shown = [len(seen.releases(str(number), build)[-1].contributors) for number in range(INDUSTRIES)]
        behind = [now - then for now, then in zip(there, shown, strict=True)]
        assert all(0 <= missing < 5 for missing in behind), f"build {build}: {behind}"
        assert len(seen.releases("", build)[-1].contributors) == sum(there)
        current.append(behind.count(0))
    assert current == [8, 2, 4, 6, 2, 0]


# --- what the privacy report says of it ---

SHOWN, HELD, GONE = ("published", None), ("held_back", "D9"), ("withdrawn", "D10")
# Metric -> what is said of it after the first build, and after the second, before which some join and leave.
# Besides five industries or groups (D1 and D9: ten) a metric has the network's cell, D6 and D7 five parents.
REPORTED = {
    "D1": ({("withheld", "D1"): 10}, ...),
    "D2": ({("withheld", "D2"): 5}, ...),
    "D3": ({("withheld", "D3"): 5}, ...),
    "D5": ({("withheld", "D5"): 5}, ...),
    "D6": ({("withheld", "D6"): 5, SHOWN: 5}, ...),
    "D7": ({("withheld", "D7"): 5, SHOWN: 5}, ...),
    "D8": ({("withheld", "D8"): 5}, ...),
    "D9": ({SHOWN: 10}, {SHOWN: 10, HELD: 5}),
    "D10": ({SHOWN: 5}, {GONE: 5}),
}


def counts(rule: str) -> str:
    """The metric that this rule withholds."""
    return f"what the report counts {rule}".lower()


def reported(look: Look, rule: str) -> dict[tuple, int]:
    return {row[2:]: cells for row, cells in look.report.items() if row[0] == counts(rule)}


@pytest.mark.parametrize("rule", REPORTED)
def test_each_rule_is_reported_with_the_cells_that_it_withholds(rule, looks):
    first, second = REPORTED[rule]
    assert reported(looks[0], rule) == first
    assert reported(looks[1], rule) == (first if second is ... else second)


def test_a_count_stays_until_five_cells_joined_or_left_it(looks):
    """One of ten cells comes into sight in the third build, four more in the fourth."""
    assert [len(each.outcomes[counts("D1"), "2024", "D1"]) for each in looks[1:4]] == [10, 9, 5]
    assert [reported(each, "D1")["withheld", "D1"] for each in looks[1:4]] == [10, 10, 5]


def test_the_network_is_summed_up_with_what_the_report_says_is_withheld(looks):
    for each in looks[:BUILDS]:
        withheld = Counter()
        for (_, period, outcome, _), cells in each.report.items():
            withheld[f"network_summary:{period.lower()}"] += cells if outcome == "withheld" else 0
        summaries = {key: said for key, said in each.cache.items() if key.startswith("network_summary:")}
        assert any(withheld[key] for key in summaries)
        assert {key: said.get("withheld", 0) for key, said in summaries.items()} == {
            key: withheld[key] for key in summaries
        }


def test_nobody_learns_from_the_report_what_became_of_one_cell(looks):
    """Neither from a count, nor from how it changes, nor from the cells that everybody sees are published."""
    counted: dict[tuple, set] = {}
    for before, after in pairwise([Look({}, {}, {}, [], {}, {}, {}), *looks[: BUILDS - 1]]):
        for key in before.report.keys() | after.report.keys():
            metric, period, outcome, rule = key
            cells = after.report.get(key, 0)
            assert cells % 5 == 0 and (cells >= 5 or key not in after.report), key
            if cells != before.report.get(key, 0):
                now = after.outcomes.get((metric, period, rule or outcome), set())
                assert len(now ^ counted.get(key, set())) >= 5, key
                counted[key] = now
        for (metric, period, outcome, _), cells in after.report.items():
            if outcome == "held_back":
                assert after.report[metric, period, *SHOWN] >= cells + 5, metric
    assert counted.keys() >= {(counts("D9"), "2024", *HELD), (counts("D10"), "2024", *GONE)}


def test_what_is_withheld_looks_like_what_nobody_reported(looks, connection):
    """And both are answered with the network's figures, under the network's key."""
    with connection.transaction(force_rollback=True):
        connection.execute("update network_benchmarks set expires_at = '2999-01-01'")
        connection.execute("set local role blipee_analyst")
        rows = query(
            connection,
            "select industry_code, status, level_used_type, level_used_code from marts.benchmark_status"
            " where metric_name = %s and period = '2024' and benchmark_type = 'industry'",
            counts("D1"),
        )
        known = query(connection, "select count(*) from industry_models")
    answers = {code: answer for code, *answer in rows}
    assert (len(rows), len(answers)) == (known[0][0], known[0][0])
    published = {f"what the report counts D1 {number}" for number in range(5)}
    assert {code for code, (status, *_) in answers.items() if status == "published"} == published
    assert all(answers[code][1:] == ["industry", code] for code in published)
    others = [answer for code, answer in answers.items() if code not in published]
    assert others == [["insufficient_data", "network", None]] * len(others)


def test_the_operator_sees_how_many_cells_each_rule_withholds(looks, connection, command):
    lines = [line.strip("│").split("│") for line in command("summary").stdout.splitlines()]
    said = {line[0].strip(): line[1].strip() for line in lines if len(line) == 7}  # of the table of rules
    found = query(connection, "select outcome, count(*) from disclosure.cell_outcomes group by 1")
    assert {rule: said.get(rule) for rule, _ in found if rule != "published"} == {
        rule: f"{cells:,}" for rule, cells in found if rule != "published"
    }
    assert {"D1", "D2", "D3", "D5", "D6", "D7", "D8", "D9", "D10"} <= said.keys()
