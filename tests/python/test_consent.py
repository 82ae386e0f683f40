"""Who may be counted: every combination of consent, level, dates and node, in one build.

Each case is an organisation of its own that reports one energy metric, and one water metric for which nobody
ever consented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import product

import psycopg
import pytest
from worlds import AS_OF, BUILD, Bundle, at, identifier, query

MOMENT = timedelta(microseconds=1)
ELSEWHERE = timezone(timedelta(hours=5, minutes=30))  # the same moments on another clock
SHARING_LEVELS = ("public", "network", "partners", "private")
NODE_LEVELS = ("full", "anonymous", "aggregated", "none", None)
DATES = {
    "never": None,
    "long before": AS_OF - timedelta(days=700),
    "just before": AS_OF - MOMENT,
    "now": AS_OF.astimezone(ELSEWHERE),
    "just after": AS_OF + MOMENT,
}


@dataclass(frozen=True)
class Setting:
    """A row of network_privacy_settings."""

    sharing_level: str
    consent_given: bool
    consent_date: str
    expires_at: str
    data_category: str = "energy"


@dataclass(frozen=True)
class Case:
    """An organisation's nodes and settings, most often one of each."""

    nodes: tuple[str, ...]
    settings: tuple[Setting, ...]

    def __str__(self) -> str:
        settings = (
            f"{s.data_category!r}:{s.sharing_level}:{'given' if s.consent_given else 'not given'}"
            f":since {s.consent_date}:until {s.expires_at}"
            for s in self.settings
        )
        return f"nodes {'+'.join(self.nodes) or 'no'}, settings {' + '.join(settings) or 'no'}"

    @property
    def may_be_counted(self) -> bool:
        """The design's predicate, fail closed: of several nodes or spellings every one must agree."""
        return (
            self.nodes != ()
            and all(level in ("full", "anonymous", "aggregated") for level in self.nodes)
            and self.settings != ()
            and all(consents(setting) for setting in self.settings)
        )


def consents(setting: Setting) -> bool:
    since, until = DATES[setting.consent_date], DATES[setting.expires_at]
    return (
        setting.consent_given
        and since is not None
        and since <= AS_OF
        and (until is None or until > AS_OF)
        and setting.sharing_level in ("public", "network")
    )


YES = Setting("network", True, "long before", "never")
NO = Setting("private", True, "long before", "never")
SETTINGS = [(Setting(*cells),) for cells in product(SHARING_LEVELS, (True, False), DATES, DATES)]
TRUTH_TABLE = [
    Case((level,) if level else (), settings) for settings, level in product([*SETTINGS, ()], NODE_LEVELS)
]


def spelled(setting: Setting, category: str) -> Setting:
    return Setting(
        setting.sharing_level, setting.consent_given, setting.consent_date, setting.expires_at, category
    )


SEVERAL = [
    *(
        Case(("full",), (spelled(setting, category),))
        for setting, category in product((YES, NO), (" Energy ", "ENERGY", " energy", "\tenergy\n"))
    ),
    *(
        Case(("full",), (spelled(first, "energy"), spelled(second, category)))
        for first, second, category in product((YES, NO), (YES, NO), (" Energy ", "Energy\n"))
    ),
    *(Case(nodes, (YES,)) for nodes in product(("full", "anonymous", "none"), repeat=2)),
]
OTHER_CATEGORY = Case(("full",), (spelled(YES, "emissions"),))
CASES = [*TRUTH_TABLE, *SEVERAL]


def name(case: Case) -> str:
    return f"organisation with {case}"


def add_case(bundle: Bundle, case: Case) -> None:
    organization = name(case)
    bundle.add("organizations", organization_id=organization, name="any")
    for number, level in enumerate(case.nodes):
        # A second node cannot come in a bundle, which knows a node by its organisation.
        if number == 0:
            bundle.add(
                "network_nodes", organization_id=organization, node_name="any", data_sharing_level=level
            )
    for setting in case.settings:
        since, until = DATES[setting.consent_date], DATES[setting.expires_at]
        bundle.consent(
            organization,
            setting.data_category,
            sharing_level=setting.sharing_level,
            given=setting.consent_given,
            since=iso(since),
            until=iso(until),
        )
    bundle.observe(organization, "electricity_consumption", 5)
    bundle.observe(organization, "water_withdrawal_total", 5, unit="ML")


def iso(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def add_spellings_and_nodes(connection: psycopg.Connection, cases: list[Case]) -> None:
    """Write what only the platform writes: white space in a category, and a second node."""
    for case in cases:
        for level in case.nodes[1:]:
            connection.execute(
                "insert into network_nodes (organization_id, node_type, node_name, data_sharing_level) "
                "values (%s, 'supplier', 'any', %s)",
                (identifier(name(case)), level),
            )
        for setting in case.settings:
            if setting.data_category != setting.data_category.strip():
                connection.execute(
                    "update network_privacy_settings set data_category = %s "
                    "where organization_id = %s and data_category = %s",
                    (setting.data_category, identifier(name(case)), setting.data_category.strip()),
                )


@dataclass(frozen=True)
class Counted:
    """(organisation, category) that may be counted, and (contributor, metric) that was."""

    organizations: set[tuple]
    contributors: set[tuple]


@pytest.fixture(scope="module")
def counted(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    bundle = Bundle()
    for case in [*CASES, OTHER_CATEGORY]:
        add_case(bundle, case)
    # A consent is each organisation's own: a child's does not cover its parent, nor the other way round.
    bundle.member("parent without consent", consents=())
    bundle.member("child with consent", parent="parent without consent")
    bundle.member("parent with consent")
    bundle.member("child without consent", parent="parent with consent", consents=())
    for organization, value in (
        ("parent without consent", 100), ("child with consent", 1),
        ("parent with consent", 1), ("child without consent", 100),
    ):  # fmt: skip
        bundle.observe(organization, "electricity_consumption", value)
    with psycopg.connect(autocommit=True) as connection:
        # Rows from before these rules stand in a platform's table until somebody puts them right.
        for rule in ("expires_after_consent", "one_spelling_of_data_category"):
            connection.execute(
                f"alter table network_privacy_settings drop constraint network_privacy_settings_{rule}"
            )
        bundle.load(tmp_path_factory.mktemp("consent"))
        add_spellings_and_nodes(connection, CASES)
        # The tests of the sources would stop at those rows.
        dbt(*BUILD, "--exclude-resource-type", "test", *at(AS_OF))
        return Counted(
            set(
                query(
                    connection,
                    "select organization_id, unnest(data_categories) from last_build.counted_organizations",
                )
            ),
            set(query(connection, "select contributor_id, metric_name from contributions.contributions")),
        )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_organisation_is_counted_exactly_when_the_predicate_says_so(counted: Counted, case: Case) -> None:
    organization = identifier(name(case))
    expected = case.may_be_counted
    assert ((organization, "energy") in counted.organizations) == expected
    assert ((organization, "electricity_consumption") in counted.contributors) == expected


def test_the_table_holds_both_answers() -> None:
    answers = [case.may_be_counted for case in TRUTH_TABLE]
    # 2 levels, 3 dates since, 2 dates until and 3 levels of a node; of 805.
    assert (len(answers), sum(answers)) == (4 * 2 * 5 * 5 * 5 + 5, 2 * 3 * 2 * 3)


def test_a_consent_is_for_its_category_only(counted: Counted) -> None:
    organization = identifier(name(OTHER_CATEGORY))
    assert (organization, "emissions") in counted.organizations
    assert not [row for row in counted.organizations if row[1] not in ("energy", "emissions")]
    assert not [row for row in counted.contributors if row[1] != "electricity_consumption"]
    assert organization not in {contributor for contributor, _ in counted.contributors}


def test_a_consent_is_the_organisations_own(counted: Counted, module_database: str) -> None:
    with psycopg.connect() as connection:
        values = dict(
            query(
                connection, "select contributor_id, value from contributions.contributions where value <> 5"
            )
        )
    assert values == {identifier("parent without consent"): 1, identifier("parent with consent"): 1}
