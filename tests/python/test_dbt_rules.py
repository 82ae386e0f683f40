"""Tests of tests: each generic, singular and unit test of dbt fails where it should, and nowhere else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import yaml
from conftest import PROJECT
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

pytestmark = pytest.mark.database

META = sorted((PROJECT / "tests" / "meta").glob("*.sql"))


def test_thresholds_are_those_of_the_design():
    """Unit tests fix their own vars, so that a platform may be stricter; these are what it starts from."""
    given = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    assert given == {
        "as_of": None,
        "minimum_contributors": 5,
        "dominance_percent": 10,
        "spread_share": 0.9,
        "stddev_contributors": 30,
        "significant_digits": 3,
        "count_multiple": 5,
        "benchmark_lifetime_days": 30,
        "deepest_industry_level": 6,
        "confidence_rank_distance": 0.1,
        "supply_chain_depth": 3,
        "single_source_share": 0.9,
        "concentration_index": 0.25,
        "cached_positions": 1000,
        "cache_list_length": 20,
    }


@pytest.fixture(scope="module")
def built(module_database, dbt) -> None:
    """Every model and seed, over no data."""
    dbt("build", "--exclude-resource-type", "test", "unit_test")


def test_whoever_asks_an_empty_network_is_told_so(built, connection):
    found = connection.execute(
        "select cache_type, data ->> 'status', count(*), max(data ->> 'period') "
        "from network_intelligence_cache group by 1, 2 order by 1"
    ).fetchall()
    (industries,) = connection.execute("select count(*) from industry_models").fetchone()
    last_year = str(datetime.now(UTC).year - 1)
    assert found == [
        ("industry_overview", "insufficient_data", industries, last_year),
        ("network_summary", "insufficient_data", 1, last_year),
    ]


def test_every_generic_test_has_a_test():
    defined = {path.stem for path in (PROJECT / "tests" / "generic").glob("*.sql")}
    assert defined - {"require_column_list", "may_read"} == {path.stem for path in META}


@pytest.mark.parametrize("path", META, ids=lambda path: path.stem)
def test_a_generic_test_fails_on_the_expected_rows_only(path, module_database, connection, dbt):
    compiled = dbt("compile", "--inline", path.read_text()).result.results[0].node.compiled_code
    cases = connection.execute(compiled).fetchall()
    assert [case for case in cases if case[1] != case[2]] == []  # name, expected, observed
    assert {bool(expected) for _, expected, _ in cases} == {True, False}


COLUMNS_MESSAGE = "is a list of one or more columns, not"
DIVISOR_MESSAGE = "divisor is a whole number from 1 up, not"
TYPE_MESSAGE = "type_column is the column that names the shape, not"
COUNT_MESSAGE = "count is the column of the contributors as shown, not"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("unique_combination('t')", f"columns {COLUMNS_MESSAGE} null"),
        ("unique_combination('t', columns=[])", f"columns {COLUMNS_MESSAGE} []"),
        ("unique_combination('t', columns='a')", f'columns {COLUMNS_MESSAGE} "a"'),
        ("multiple_of('t', 'n', divisor=5)", f"keys {COLUMNS_MESSAGE} null"),
        ("multiple_of('t', 'n', keys=['a'])", f"{DIVISOR_MESSAGE} null"),
        ("multiple_of('t', 'n', divisor=0, keys=['a'])", f"{DIVISOR_MESSAGE} 0"),
        ("multiple_of('t', 'n', divisor=-5, keys=['a'])", f"{DIVISOR_MESSAGE} -5"),
        ("multiple_of('t', 'n', divisor=2.5, keys=['a'])", f"{DIVISOR_MESSAGE} 2.5"),
        ("multiple_of('t', 'n', divisor='k', keys=['a'])", f'{DIVISOR_MESSAGE} "k"'),
        ("statistics_within_ladder('t', 's', count='n')", f"keys {COLUMNS_MESSAGE} null"),
        ("statistics_within_ladder('t', 's', keys=['a'])", f"{COUNT_MESSAGE} null"),
        ("statistics_within_ladder('t', 's', count=5, keys=['a'])", f"{COUNT_MESSAGE} 5"),
        ("matches_shape('t', 'd', shapes='s', type_column='k')", f"keys {COLUMNS_MESSAGE} null"),
        ("matches_shape('t', 'd', shapes='s', keys=['a'])", f"{TYPE_MESSAGE} null"),
    ],
)
def test_a_generic_test_refuses_a_bad_argument(call, message, module_database, dbt, capsys):
    dbt("compile", "--inline", f"{{{{ test_{call} }}}}", expect_success=False)
    assert f"{call.partition('(')[0]}: {message}" in capsys.readouterr().out


INDUSTRY = """
    insert into industry_benchmarks (industry_code, metric_name, metric_type, period, statistics, sample_size)
    values ('11', 'made up', 'absolute', '2024', '{statistics}', {count})
"""
NETWORK = """
    insert into network_benchmarks
        (benchmark_type, metric_name, period, statistics, participant_count, created_at, expires_at)
    values (
        'network', 'made up', '2024', '{statistics}', {count}, '2024-01-01', now() + interval '{days} days'
    )
"""
RELEASE = """
    insert into disclosure.releases (cell_type, cell_key, metric_name, period, statistics, contributor_count)
    values ('industry', '11', 'made up', '2024', '{statistics}', {count})
"""
CACHED = """
    insert into network_intelligence_cache (cache_key, cache_type, data, created_at, expires_at)
    values ('made up', 'made up', '{{}}', '2024-01-01', now() + interval '{days} days')
"""
UNDO = """
    delete from industry_benchmarks where metric_name = 'made up';
    delete from network_benchmarks where metric_name = 'made up';
    delete from disclosure.releases where metric_name = 'made up';
    delete from network_intelligence_cache where cache_key = 'made up';
"""
FINE = {"statistics": '{"mean": 1}', "count": 5, "days": 1}


RULES = ("unique_combination", "multiple_of", "statistics_within_ladder")
PUBLISHED = ("releases", "industry_benchmarks", "network_benchmarks")


@pytest.mark.parametrize(
    ("statements", "changed", "failing"),
    [
        ([INDUSTRY, NETWORK, RELEASE, CACHED], {}, set()),
        ([INDUSTRY, NETWORK, RELEASE], {"count": 7}, {f"multiple_of {table}" for table in PUBLISHED}),
        (
            [INDUSTRY, NETWORK, RELEASE],
            {"count": 0},
            {f"statistics_within_ladder {table}" for table in PUBLISHED},
        ),
        (
            [RELEASE, RELEASE, NETWORK],
            {"days": 0},
            {"unique_combination releases", "published_rows_are_not_expired"},
        ),
        ([CACHED], {"days": 0}, {"published_rows_are_not_expired"}),
    ],
    ids=[
        "nothing wrong",
        "exact counts",
        "nobody behind a mean",
        "a row twice, one expired",
        "an expired entry",
    ],
)
def test_bad_published_rows_fail_their_tests_only(statements, changed, failing, built, connection, dbt):
    selected = [*(f"test_name:{rule}" for rule in RULES), "published_rows_are_not_expired"]
    for statement in statements:
        connection.execute(statement.format(**FINE | changed))
    try:
        status = statuses(dbt("test", "--select", *selected, expect_success=not failing))
    finally:
        connection.execute(UNDO)
    assert {name for name, said in status.items() if said != "pass"} == failing
    assert {f"{rule} {table}" for rule in RULES for table in PUBLISHED} < set(status)


def statuses(run: dbtRunnerResult) -> dict[str, str]:
    """How each test of a run ended, under its name, or for a generic one under its rule and model."""
    ended = {}
    for result in run.result.results:
        if result.node.resource_type in ("test", "unit_test"):
            name = result.node.name
            if hasattr(result.node, "test_metadata"):
                name = f"{result.node.test_metadata.name} {result.node.attached_node.rpartition('.')[2]}"
            ended[name] = str(result.status)
    return ended


def test_a_circle_of_owners_is_reported_until_it_is_cut(built, connection, dbt):
    warning = "ownership_runs_in_no_circle"

    def reported() -> list[tuple]:
        run = dbt("build", "--select", "ownership", warning, "--exclude-resource-type", "unit_test")
        test = next(each for each in run.result.results if each.node.name == warning)
        rows = connection.execute(test.node.compiled_code).fetchall()
        assert (test.status, test.failures) == (("warn", len(rows)) if rows else ("pass", 0))
        return rows

    def belongs_to(child: UUID, parent: UUID) -> None:
        connection.execute(
            "insert into network_edges (source_node_id, target_node_id, edge_type)"
            " values (%s, %s, 'subsidiary_of')",
            [child, parent],
        )

    one, two, apart = (UUID(int=number) for number in (1, 2, 3))
    for entity in (one, two, apart):
        connection.execute(
            "insert into network_nodes (id, node_type, node_name) values (%s, 'supplier', 'made up')",
            [entity],
        )
    belongs_to(one, two)
    belongs_to(apart, one)
    assert reported() == []
    belongs_to(two, one)
    assert reported() == [(one, 3)]
    connection.execute("delete from network_edges where source_node_id = %s", [two])
    assert reported() == []


PERIODS = "periods_are_read_in_every_documented_form_and_in_no_other"
UNITS = "units_convert_within_their_dimension_only"
VALUES = "values_that_cannot_be_counted_are_rejected_with_a_reason"
CONSENTS = "consents_hold_from_their_date_until_they_expire"
CELLS = "cells_measure_spread_and_the_largest_two"
PRIMARY = "primary_rules_at_their_thresholds"
PINNED = "a_stddev_that_tells_the_largest_value_is_withheld"
SHOWN = "candidates_show_no_more_digits_and_figures_than_they_may"
LATEST = "only_the_latest_release_is_shown_and_none_that_was_withdrawn"
CONFIDENCE = "confidence_follows_counts_quality_and_freshness"
RENEWAL = "benchmarks_are_renewed_at_half_their_life"
OUTCOMES = "every_cell_has_the_outcome_of_the_rule_that_decided"
ANEW = "a_count_is_made_anew_when_five_cells_joined_or_left_it"
REPORT = "the_report_counts_in_fives_and_no_fewer_than_five"
WITHOUT_MEAN = "a_cell_that_may_not_show_its_mean_keeps_the_one_that_stands"
DIFFERS = "a_release_differs_from_earlier_ones_by_nobody_or_by_k"
CUT = "no_side_of_what_is_cut_may_be_dominated"
KNOWN_FIRST = "the_first_known_have_positions"
NEAREST = "the_nearest_broader_cell_that_is_shown_answers"
HIDDEN = "a_total_gives_way_where_it_would_tell_a_hidden_component"
LINKED = "linked_means_are_told_apart_by_k_or_lean_on_ones_that_are"

# Changes of each tested model that a unit test must notice: which test, where, what, to what.
MUTATIONS = {
    "stg_series": [
        (PERIODS, "canonical_period", "Q[1-4]$", "Q[0-5]$"),
        (PERIODS, "canonical_period", "(19|20)", "(18|21)"),
        (PERIODS, "canonical_period", "1[0-2]", "1[0-3]"),
        (UNITS, "stg_series", "factor_to_base / wanted", "factor_to_base * wanted"),
        (UNITS, "stg_series", "given.dimension = wanted.dimension", "true"),
    ],
    "stg_observations": [
        (VALUES, "is_computable", "1e100", "1e101"),
        (VALUES, "is_computable", "1e-100", "1e-101"),
        (VALUES, "value_fault", " and not {{ allow_negative }}", ""),
        (VALUES, "value_fault", "between 0 and 1", "between 0 and 2"),
    ],
    "eligible_organizations": [
        (CONSENTS, "eligible_organizations", "consent_date <=", "consent_date <"),
        (CONSENTS, "eligible_organizations", "consent_date <=", "null is distinct from"),
        (CONSENTS, "eligible_organizations", "expires_at >", "expires_at >="),
        (CONSENTS, "eligible_organizations", "'public', 'network'", "'public', 'network', 'partners'"),
        (
            CONSENTS,
            "eligible_organizations",
            "bool_and(coalesce(data_sharing",
            "bool_or(coalesce(data_sharing",
        ),
    ],
    "cells": [
        (CELLS, "describe_values", "sum(abs(value))", "sum(value)"),
        (CELLS, "descending_magnitudes", "abs(element) desc", "abs(element)"),
        (CELLS, "share_of_value", "element = ", "element > "),
    ],
    "primary_suppression": [
        (PRIMARY, "primary_suppression", "contributor_count < ", "contributor_count <= "),
        (PRIMARY, "is_dominated", "}} < {{ var", "}} <= {{ var"),
        (PRIMARY, "primary_suppression", "'second_largest') }}, true", "'second_largest') }}, false"),
        (PRIMARY, "primary_suppression", "share >= ", "share > "),
        (PRIMARY, "primary_suppression", "count >= {{ var('stddev", "count > {{ var('stddev"),
        (PRIMARY, "quantile_is_allowed", ">=", ">"),
        (PINNED, "primary_suppression", "and not is_pinned", ""),
        (PINNED, "is_pinned_by_stddev", "0.9 *", "0.88 *"),
    ],
    "release_candidates": [
        (SHOWN, "significant", "digits - 1", "digits"),
        (SHOWN, "release_candidates", "where figures <> '{}'", ""),
        (SHOWN, "release_candidates", "allowed_figures.withheld_by)", "'{}'::jsonb)"),
    ],
    "releases": [
        (LATEST, "floored_count", "* {{ var('count_multiple') }}", "* 1"),
        (LATEST, "releases", "where withdrawn_releases.release_id is null", ""),
        (LATEST, "releases", "release_id desc", "release_id asc"),
        (CONFIDENCE, "erf", "0.254829592", "0.3"),
        (CONFIDENCE, "confidence_level", "* coalesce({{ data_quality }}, 1)", ""),
        (CONFIDENCE, "freshness", "+ interval '1 year' then", "+ interval '1 year 1 second' then"),
        (CONFIDENCE, "freshness", "+ interval '2 years' then", "+ interval '2 years 1 second' then"),
    ],
    "network_benchmarks": [
        (RENEWAL, "renewed_expiry", "/ 2 and", "/ 2 + interval '1 second' and"),
        (RENEWAL, "renewed_expiry", "/ 2 and", "/ 2 - interval '1 second' and"),
    ],
    "cell_outcomes": [
        (OUTCOMES, "cell_outcomes", "releases.statistics @> judged_cells.figures", "true"),
        (OUTCOMES, "cell_outcomes", "jsonb_object_keys(judged_cells.withheld_by)", "'no figure'"),
        (OUTCOMES, "cell_outcomes", "then 'median' else 'mean'", "then 'mean' else 'mean'"),
        (OUTCOMES, "cell_outcomes", "when withdrawn_cells.cell_key is not null then array['D10']", ""),
    ],
    "changed_outcomes": [
        (ANEW, "changed_outcomes", ">= {{ var", "> {{ var"),
        (ANEW, "changed_outcomes", ">= {{ var", ">= -1 + {{ var"),
        (ANEW, "changed_outcomes", "or reported_outcomes.cell_key is null", ""),
    ],
    "outcome_counts": [
        (REPORT, "outcome_counts", "    cells >= {{ var", "    cells > {{ var"),
        (REPORT, "outcome_counts", "published_cells - cells >= {{ var", "published_cells - cells > {{ var"),
        (REPORT, "outcome_counts", "outcome <> 'D9' or", "true or"),
        (REPORT, "outcome_counts", "{{ floored_count('cells') }}", "cells"),
    ],
    "release_decisions": [
        (WITHOUT_MEAN, "release_decisions", "    union\n    select * from linked_history\n", ""),
        (WITHOUT_MEAN, "release_decisions", "released_overlaps.cell_key is null", "true"),
        (WITHOUT_MEAN, "release_decisions", "not mean_stands and", ""),
    ],
    "total_suppression": [
        (HIDDEN, "total_suppression", "< {{ var", "<= {{ var"),
        (HIDDEN, "total_suppression", "where reporting.is_hidden", "where false"),
        (HIDDEN, "total_suppression", "with_hidden_component > 0", "true"),
        (HIDDEN, "total_suppression", "is_shown or not differs_too_little", "true"),
        (
            HIDDEN,
            "total_suppression",
            "case when hides_one then 0 else with_hidden_component end",
            "with_hidden_component",
        ),
        (HIDDEN, "total_suppression", "where not is_shown) = 1", "where not is_shown) > 0"),
        (HIDDEN, "total_suppression", "having bool_or(is_shown) and", "having"),
    ],
    "linked_history": [
        (LINKED, "linked_history", "0) < {{ var", "0) <= {{ var"),
        (LINKED, "linked_history", "then contributor_count", "then 0"),
        (LINKED, "linked_history", "between 1 following", "between current row"),
        (LINKED, "linked_history", "level desc nulls last", "level asc nulls last"),
        (LINKED, "linked_history", " and not is_told", ""),
        (LINKED, "linked_history", "where repeated.kind = 'repeated'", "where false"),
        (LINKED, "linked_history", "= any(linked_contributors.bridged_steps)", "< 0"),
    ],
    "release_proposals": [
        (DIFFERS, "difference_up_to_k", ">= {{ var", ">= -1 + {{ var"),
        (DIFFERS, "difference_up_to_k", "is distinct from", "is not distinct from"),
        (DIFFERS, "differing_contributors", "one.contributor is null or ", ""),
        (
            DIFFERS,
            "release_proposals",
            "is_latest and still_stands and differing",
            "still_stands and differing",
        ),
        (DIFFERS, "release_proposals", "is_latest and still_stands and differing", "is_latest and differing"),
    ],
    "history_suppression": [
        (CUT, "safe_proposals", "min(absolute_total) as", "max(absolute_total) as"),
        (CUT, "safe_proposals", "other_atoms.largest) as second", "0) as second"),
        (CUT, "safe_proposals", "largest_beside_unknown >= {{", "largest_beside_unknown > {{"),
        (CUT, "safe_proposals", "largest_unknown is null", "true"),
        (CUT, "both_sides", "or largest_unknown is not null", ""),
        (CUT, "both_sides", "sorted.verdict <> 'known'", "sorted.verdict = 'mixed'"),
        (CUT, "is_safe_remainder", ">= {{ var", "> {{ var"),
    ],
    "positioned_organizations": [
        (KNOWN_FIRST, "positioned_organizations", "contributors.contributor_number,", ""),
        (KNOWN_FIRST, "positioned_organizations", "limit {{", "limit 1 + {{"),
        (KNOWN_FIRST, "positioned_organizations", "organization_id <> contributor_id", "false"),
        (KNOWN_FIRST, "positioned_organizations", "or organization_id in (", "and organization_id in ("),
    ],
    "benchmark_status": [
        (NEAREST, "benchmark_status", "steps asc nulls last", "steps desc nulls last"),
        (NEAREST, "benchmark_status", "when steps = 0", "when steps >= 0"),
        (NEAREST, "benchmark_status", "ladder.steps < {{", "ladder.steps < 1 + 0 * {{"),
    ],
}


def mutate(manifest: Manifest, place: str, text: str, changed: str) -> None:
    """Replace a piece of one macro or model."""
    code, attribute = manifest.macros.get(f"macro.blipee_benchmarks.{place}"), "macro_sql"
    if code is None:
        code, attribute = manifest.nodes[f"model.blipee_benchmarks.{place}"], "raw_code"
    before = getattr(code, attribute)
    assert text in before, f"{place} no longer says {text!r}: mutate what it says now"
    setattr(code, attribute, before.replace(text, changed))


@pytest.mark.parametrize("turn", range(max(map(len, MUTATIONS.values()))))
def test_unit_tests_notice_a_changed_rule(turn, built, dbt, tmp_path):
    """In each turn every tested model has one change, so that no test fails because of another's."""
    changes = [mutations[turn] for mutations in MUTATIONS.values() if turn < len(mutations)]
    mutated = dbt("parse").result
    for _, place, text, changed in changes:
        mutate(mutated, place, text, changed)
    (tmp_path / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
    arguments = ["test", "--select", *(unit_test for unit_test, *_ in changes), "--quiet"]
    arguments += ["--project-dir", str(PROJECT), "--profiles-dir", str(tmp_path)]
    arguments += ["--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    run = dbtRunner(manifest=mutated).invoke(arguments)
    assert statuses(run) == {unit_test: "fail" for unit_test, *_ in changes}


def test_unit_tests_pass_unchanged_and_each_has_a_mutation(built, dbt):
    mutated = {mutation[0] for mutations in MUTATIONS.values() for mutation in mutations}
    assert statuses(dbt("test", "--select", "test_type:unit")) == dict.fromkeys(mutated, "pass")
