"""Attacks on what is published, each of which succeeds without the rule that stops it.

Every scenario is a story of a few builds with a secret that somebody works out from published figures. It is
told twice in the same builds: with every rule, and in metrics in which the rules that it names are taken out
of the models (stories.RULES). Without them the secret comes out, with them it does not, and cells that are
not concerned are shown both times.
"""

import json
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import psycopg
import pytest
from conftest import PROJECT, SUFFIX, complaints, environment, new_database
from dbt.cli.main import dbtRunner
from stories import (
    BUILDS,
    MOMENTS,
    RULES,
    Attack,
    Look,
    Scenario,
    Seen,
    Stage,
    World,
    around,
    called,
    look,
    shuffled,
    take_out,
    worked_out,
)
from worlds import Bundle

pytestmark = pytest.mark.database

SCENARIOS: list[Scenario] = []
MODELS = (
    "--select",
    "+industry_benchmarks",
    "+network_benchmarks",
    "+network_intelligence_cache",
    "last_build",
)
STRICTER = {"minimum_contributors": 6, "significant_digits": 4}  # in the last build


def scenario(
    without: str | tuple[str, ...],
    secret: float,
    *,
    neighbours: tuple[str, ...] = ("neighbours",),
    groups: tuple[str, ...] = (),
    build: int = 1,
    within: float = 1e-9,
    each_suffices: bool = False,
) -> Callable[[Callable[[World], Attack]], None]:
    """Of several rules all must be taken out; each_suffices: any of them alone stops the attack."""

    def add(tell: Callable[[World], Attack]) -> None:
        rules = (without,) if isinstance(without, str) else without
        name = tell.__name__.replace("_", " ")
        SCENARIOS.append(
            Scenario(
                name, tell, rules, secret, within, neighbours, groups, build, each_suffices=each_suffices
            )
        )

    return add


def begin(world: World, *industries: str) -> None:
    """The metric, these industries, and eight others in one that has nothing to do with the attack."""
    world.metric()
    for industry in ("neighbours", *industries):
        world.industry(industry)
    world.crowd("neighbours", around(100, 8))


# --- D6: the remainder of a parent ---


@scenario(("remainder", "overlap"), 730, each_suffices=True)
def nine_and_one_of_730(world: World) -> Attack:
    begin(world, "parent")
    world.industry("child", "parent")
    world.crowd("child", around(100, 9))
    world.member("giant", 730, industry="parent")
    return lambda seen: 10 * seen.mean("parent") - 9 * seen.mean("child")


@scenario(("remainder", "overlap", "spread"), 730)
def nine_times_100_and_one_of_730(world: World) -> Attack:
    begin(world, "parent")
    world.industry("child", "parent")
    world.crowd("child", [100] * 9)
    world.member("giant", 730, industry="parent")
    return lambda seen: 10 * seen.mean("parent") - 9 * seen.mean("child")


@scenario("remainder", 400, neighbours=("neighbours", "parent"))
def what_two_children_leave(world: World) -> Attack:
    begin(world, "parent")
    world.industry("larger child", "parent")
    world.industry("smaller child", "parent")
    world.crowd("larger child", around(100, 9))
    world.crowd("smaller child", around(50, 6))
    world.member("alone", 400, industry="parent")
    return lambda seen: (
        16 * seen.mean("parent") - 9 * seen.mean("larger child") - 6 * seen.mean("smaller child")
    )


@scenario("remainder", 730, neighbours=("neighbours", "parent"), within=0.1)
def a_remainder_of_six_that_one_dominates(world: World) -> Attack:
    begin(world, "parent")
    world.industry("child", "parent")
    world.crowd("child", around(100, 9))
    world.crowd("parent", [730, 1, 1, 1, 1, 1])
    return lambda seen: 15 * seen.mean("parent") - 9 * seen.mean("child")


@scenario("remainder", 0, neighbours=("neighbours", "parent"))
def a_remainder_of_five_that_are_all_zero(world: World) -> Attack:
    """A sum of 0 is everybody's value, where none is negative."""
    begin(world, "parent")
    world.industry("child", "parent")
    world.crowd("child", around(140, 9))
    world.crowd("parent", [0] * 5)
    return lambda seen: 14 * seen.mean("parent") - 9 * seen.mean("child")


@scenario("remainder", 450, neighbours=("",))
def the_network_without_all_its_industries(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(50, 7))
    world.member("of no industry", 450)
    return lambda seen: 16 * seen.mean("") - 8 * seen.mean("neighbours") - 7 * seen.mean("industry")


# --- D1 to D3: what looks like five and is not ---


@scenario(("spread", "remainder"), 0, neighbours=("other neighbours",), each_suffices=True)
def fifty_nine_members_of_whom_five_report_zero(world: World) -> Attack:
    begin(world, "silent", "other neighbours")
    world.crowd("other neighbours", around(100, 9))
    world.crowd("silent", [0] * 5 + [None] * 54)
    return lambda seen: 5 * seen.mean("silent")


@scenario(("ownership", "dominance", "remainder"), 500, neighbours=("other neighbours",), each_suffices=True)
def a_parent_with_four_empty_subsidiaries(world: World) -> Attack:
    begin(world, "group", "other neighbours")
    world.crowd("other neighbours", around(100, 9))
    world.member("parent", 500, industry="group")
    for number in range(4):
        world.member(f"subsidiary {number}", 0, industry="group", parent="parent")
    return lambda seen: 5 * seen.mean("group")


# --- D7: what overlaps ---


@scenario("peer means", 60)
def two_groups_that_share_one_and_the_rest_of_both(world: World) -> Attack:
    begin(world)
    world.crowd(None, [10, 20, 30, 40, 30, 50, 70, 70, 60], "member")
    first, second, shared = (
        [f"member {number}" for number in numbers] for numbers in ((0, 1, 2, 3), (4, 5, 6, 7), (8,))
    )
    world.group("first", first + shared)
    world.group("second", second + shared)
    world.group("rest", first + second)
    return lambda seen: (5 * seen.mean("first") + 5 * seen.mean("second") - 8 * seen.mean("rest")) / 2


TENS = [float(10 * (number + 1)) for number in range(12)]
SIX_OTHERS = [f"member {number}" for number in (*range(6), *range(7, 12))]  # all but the seventh, who has 70


def with_and_without_the_seventh(all_of_them: str, others: str, builds: tuple[int, int]) -> Attack:
    """The median of twelve is halfway from the sixth to the seventh, that of the others the sixth."""
    first, second = builds
    return lambda seen: 2 * seen.median(all_of_them, first) - seen.median(others, second)


@scenario("overlap", 70, neighbours=("neighbours", ""), groups=("all",))
def my_peers_with_and_without_me(world: World) -> Attack:
    begin(world)
    world.crowd(None, TENS, "member")
    world.group("all", [f"member {number}" for number in range(12)])
    world.group("others", SIX_OTHERS)
    return with_and_without_the_seventh("all", "others", (1, 1))


@scenario("overlap", 70, neighbours=("neighbours", "industry", ""))
def an_industry_and_its_members_without_me(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", TENS, "member")
    world.group("others", SIX_OTHERS)
    return with_and_without_the_seventh("industry", "others", (1, 1))


@scenario(("overlap", "earlier overlap"), 70, neighbours=("neighbours", ""), groups=("others",), build=2)
def a_larger_group_made_later(world: World) -> Attack:
    """The group that was shown before is shown, though the other speaks for more."""
    begin(world)
    world.crowd(None, TENS, "member")
    world.group("others", SIX_OTHERS)
    world.group("all", [f"member {number}" for number in range(12)], build=2)
    return with_and_without_the_seventh("all", "others", (2, 2))


@scenario("earlier overlap", 70, neighbours=("neighbours", ""), groups=("others",), build=2)
def a_group_that_differed_by_me_before_it_changed(world: World) -> Attack:
    begin(world)
    world.crowd(None, [*TENS, *around(65, 6)], "member")
    world.group("others", SIX_OTHERS)
    world.group("others", [f"member {number}" for number in range(12, 18)], build=2)
    world.leave_group("others", SIX_OTHERS[5:], build=2)
    world.group("all", [f"member {number}" for number in range(12)], build=2)
    return with_and_without_the_seventh("all", "others", (2, 1))


# --- D8: a total and its parts ---


def scopes(world: World, build_of_the_second: int = 1) -> Attack:
    """Ten report total and scope 1; one of them no scope 2, which is 200."""
    begin(world, "industry")
    world.metric("scope 1", part_of="")
    world.metric("scope 2", part_of="")
    for industry, first, second, unsaid in (
        ("neighbours", around(60, 8), around(40, 8), 0),
        ("industry", around(100, 10), [*around(50, 9), 200], 1),
    ):
        if industry == "industry":
            world.crowd(industry, [a + b for a, b in zip(first, second, strict=True)])
        for number, value in enumerate(first):
            world.reports(f"{industry} {number}", value, "scope 1")
        for number, value in enumerate(second[: len(second) - unsaid]):
            world.reports(f"{industry} {number}", value, "scope 2", build=build_of_the_second)
    return lambda seen: (
        10 * seen.mean("industry")
        - 10 * seen.mean("industry", metric="scope 1")
        - 9 * seen.mean("industry", build_of_the_second, metric="scope 2")
    )


@scenario("linked", 200)
def total_less_scope_1_less_scope_2(world: World) -> Attack:
    return scopes(world)


@scenario("linked", 200, build=2)
def total_less_scope_1_less_a_scope_2_told_later(world: World) -> Attack:
    return scopes(world, 2)


# --- D9: what two releases differ by ---


@scenario("release", 170, build=2)
def one_joins(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("joiner", 170, industry="industry", build=2)
    return lambda seen: 7 * seen.mean("industry", 2) - 6 * seen.mean("industry", 1)


@scenario("release", 170, build=2)
def one_leaves(world: World) -> Attack:
    begin(world, "industry", "elsewhere")
    world.crowd("elsewhere", around(100, 6))
    world.crowd("industry", around(100, 6))
    world.member("leaver", 170, industry="industry")
    world.moves("leaver", "elsewhere", build=2)
    return lambda seen: 7 * seen.mean("industry", 1) - 6 * seen.mean("industry", 2)


@scenario("release", 60, build=2)
def one_corrects(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.reports("industry 2", around(100, 6)[2] + 60, build=2)
    return lambda seen: 6 * seen.mean("industry", 2) - 6 * seen.mean("industry", 1)


@scenario("release", 170, build=2)
def one_withdraws(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("leaver", 170, industry="industry")
    world.consents("leaver", given=False, build=2)
    return lambda seen: 7 * seen.mean("industry", 1) - 6 * seen.mean("industry", 2)


@scenario("every release", 170, build=3)
def five_come_and_go_and_another_comes(world: World) -> Attack:
    """Six contributors from the release before, one from the first."""
    begin(world, "industry", "elsewhere")
    world.crowd("industry", around(100, 6))
    world.crowd("elsewhere", around(100, 11))
    world.member("joiner", 170, industry="elsewhere")
    for number in range(5):
        world.moves(f"elsewhere {number}", "industry", build=2)
        world.moves(f"elsewhere {number}", "elsewhere", build=3)
    world.moves("joiner", "industry", build=3)
    return lambda seen: 7 * seen.mean("industry", 3) - 6 * seen.mean("industry", 1)


@scenario("tree", 240, neighbours=("neighbours", "first", "second"), build=2)
def five_join_one_industry_and_one_another(world: World) -> Attack:
    """Neither industry's release tells anything, nor the network's: only all of them together."""
    begin(world, "first", "second")
    world.crowd("first", around(100, 6))
    world.crowd("second", around(100, 8))
    world.crowd("first", around(100, 5), "joiner", build=2)
    world.member("alone", 240, industry="second", build=2)
    return lambda seen: (
        28 * seen.mean("", 2)
        - 11 * seen.mean("first", 2)
        - 8 * seen.mean("second", 2)
        - 8 * seen.mean("neighbours", 2)
    )


@scenario("one release", 400, build=2)
def two_tables_of_18_and_20(world: World) -> Attack:
    """What two joiners report together."""
    begin(world, "industry")
    world.crowd("industry", around(100, 18))
    world.crowd("industry", [150, 250], "joiner", build=2)
    return lambda seen: (
        20 * seen.mean("industry", 2, table="network") - 18 * seen.mean("industry", 2, table="industry")
    )


# --- D10: what a withdrawal leaves ---


@scenario("withdrawal", 170, build=2)
def a_figure_with_somebody_who_withdrew(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("leaver", 170, industry="industry")
    world.consents("leaver", given=False, build=2)
    return lambda seen: 7 * seen.mean("industry", 2) - sum(around(100, 6))


# --- D11: digits ---


@scenario("digits", 7)
def how_many_a_mean_of_whole_numbers_speaks_for(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", [150, 160, 170, 181, 185, 190, 198])
    return lambda seen: Fraction(seen.mean("industry")).limit_denominator(30).denominator


# --- stories without a rule taken out ---


def six_members_to_and_fro(world: World) -> None:
    """In each build something happens to one of them, and in the sixth all is as it was."""
    begin(world, "industry", "elsewhere")
    world.crowd("elsewhere", around(100, 6))
    world.crowd("industry", [94, 100, 96, 98, 102, 110])
    world.member("joiner", 170, industry="elsewhere")
    world.moves("joiner", "industry", build=2)
    world.moves("industry 5", "elsewhere", build=3)
    world.reports("industry 0", 154, build=4)
    world.consents("industry 1", given=False, build=5)
    world.moves("joiner", "elsewhere", build=6)
    world.moves("industry 5", "industry", build=6)
    world.reports("industry 0", 94, build=6)
    world.consents("industry 1", build=6)


def one_group_twice(world: World) -> None:
    begin(world)
    world.crowd(None, TENS, "member")
    for name in ("one name", "another name"):
        world.group(name, [f"member {number}" for number in range(12)])


def two_groups_with_equal_claims(world: World) -> None:
    begin(world)
    world.crowd(None, TENS, "member")
    world.group("without the first", [f"member {number}" for number in range(1, 12)])
    world.group("without the last", [f"member {number}" for number in range(11)])


def a_group_too_small_to_show(world: World) -> None:
    """Seven show no median, and a group shows no mean."""
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("outsider", 100)
    world.crowd(None, around(100, 7), "others")
    world.group("group", [*(f"industry {number}" for number in range(6)), "outsider"])


ENDINGS = {"2021": "withdraws", "2022": "expires", "2023": "stops sharing"}


def consent_ends(world: World) -> None:
    """One member in every kind of cell; of three periods each shows one way for a consent to end."""
    world.metric()
    for industry in ("neighbours", "parent"):
        world.industry(industry)
    world.industry("leaf", "parent")
    for period, ending in ENDINGS.items():
        for industry, count in (("neighbours", 8), ("parent", 9), ("leaf", 9)):
            world.crowd(industry, around(100, count), f"{ending} {industry}", period=period)
        until = MOMENTS[1] if ending == "expires" else None
        world.member(f"{ending} one", 100, industry="leaf", period=period, until=until)
        world.group(ending, [f"{ending} one", *(f"{ending} leaf {number}" for number in range(9))])
    world.consents("withdraws one", given=False, build=2)
    world.bundle(2).add(
        "network_nodes",
        organization_id=world.of("stops sharing one"),
        node_name="any",
        data_sharing_level="none",
    )


def stricter_thresholds(world: World) -> None:
    begin(world, "five", "six")
    world.crowd("five", [100.1, 110.2, 120.3, 130.4, 140.6])
    for metric, industry, count in (("later of five", "five", 5), ("later of six", "six", 6)):
        world.metric(metric, build=BUILDS)
        for number in range(count):
            if industry == "six":
                world.member(f"{industry} {number}", industry=industry, build=BUILDS)
            world.reports(f"{industry} {number}", 123.4 + number, metric, build=BUILDS)


INDUSTRIES = 8


def newcomers(industry: int, build: int) -> int:
    return (industry * build + industry + build) % 4


def members_arrive(world: World) -> None:
    """None to three newcomers in each industry and build."""
    world.metric()
    for number in range(INDUSTRIES):
        world.industry(str(number))
        world.crowd(str(number), around(100, 6))
        for build in range(2, 7):
            values = around(100 + build, newcomers(number, build))
            world.crowd(str(number), values, f"{number} of build {build}", build=build)


def a_child_of_industries_in_a_circle(world: World) -> Attack:
    begin(world)
    world.industry("one", "other")
    world.industry("other", "one")
    world.industry("child", "one")
    for number, value in enumerate(TENS):
        world.member(f"member {number}", value, industry="one" if number == 6 else "child")
    return with_and_without_the_seventh("one", "child", (1, 1))


def a_child_below_the_deepest_level(world: World) -> Attack:
    begin(world, "level 1")
    for level in range(2, 8):
        world.industry(f"level {level}", f"level {level - 1}")
    for number, value in enumerate(TENS):
        world.member(f"member {number}", value, industry=f"level {6 if number == 6 else 7}")
    return with_and_without_the_seventh("level 6", "level 7", (1, 1))


def an_industry_under_a_new_code(world: World) -> Attack:
    """Six go over to a code under which there is one more."""
    begin(world, "old code", "new code")
    world.crowd("old code", around(100, 6))
    world.member("alone", 170, industry="new code", build=2)
    for number in range(6):
        world.moves(f"old code {number}", "new code", build=2)
    return lambda seen: 7 * seen.mean("new code", 2) - 6 * seen.mean("old code", 1)


def an_old_parent_and_new_children(world: World) -> Attack:
    """Of seven outside the children five go into one and five others come: two were there all along."""
    begin(world, "parent")
    world.industry("first", "parent")
    world.industry("second", "parent")
    world.crowd("first", around(100, 9))
    world.crowd("second", around(100, 6))
    world.crowd("parent", around(100, 5), "mover")
    world.crowd("parent", [150, 270], "stays")
    for number in range(5):
        world.moves(f"mover {number}", "first", build=2)
    world.crowd("parent", around(100, 5), "newcomer", build=2)
    return lambda seen: 22 * seen.mean("parent", 1) - 14 * seen.mean("first", 2) - 6 * seen.mean("second", 1)


def parts_shown_later_than_their_total(world: World) -> Attack:
    """The total stays as it was before one joined; the parts are new, and speak for whoever is there now."""
    begin(world, "industry")
    world.metric("scope 1", part_of="")
    world.metric("scope 2", part_of="")
    world.crowd("industry", around(150, 10))
    world.member("joiner", 260, industry="industry", build=2)
    world.reports("joiner", 155, "scope 1", build=2)
    world.reports("joiner", 105, "scope 2", build=2)
    for industry, first, second in (
        ("neighbours", around(60, 8), around(40, 8)),
        ("industry", around(100, 10), around(50, 10)),
    ):
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            world.reports(f"{industry} {number}", one, "scope 1", build=2)
            world.reports(f"{industry} {number}", other, "scope 2", build=2)
    return lambda seen: (
        11 * seen.mean("industry", 2, metric="scope 1")
        + 11 * seen.mean("industry", 2, metric="scope 2")
        - 10 * seen.mean("industry", 2)
    )


def sold_and_withdrawn(world: World) -> None:
    """A subsidiary's value stands in its old parent's; then the subsidiary is sold, and then it withdraws."""
    begin(world, "industry", "elsewhere")
    world.crowd("industry", around(100, 6))
    world.crowd("elsewhere", around(100, 6))
    world.member("subsidiary", 70, parent="industry 0")
    world.bundle(2).add(
        "network_edges",
        source_organization_id=world.of("subsidiary"),
        target_organization_id=world.of("elsewhere 0"),
        edge_type="subsidiary_of",
        relationship_strength=1,
    )
    world.consents("subsidiary", given=False, build=3)


def one_cell_in_four_releases(world: World) -> Attack:
    """Any two releases differ by five or more; all four together by one, twice."""
    begin(world, "industry", "elsewhere")
    world.crowd("industry", around(100, 6))
    world.crowd("elsewhere", around(100, 10))
    first, second = ([f"{name} {number}" for number in range(4)] for name in ("first", "second"))
    there = {*first, "shared"}
    for name, value in zip((*first, *second, "shared"), (*around(100, 4), *around(100, 4), 210), strict=True):
        world.member(name, value, industry="industry" if name in there else "elsewhere")
    for build, members in ((2, {*second, "shared"}), (3, {*first, *second}), (4, set())):
        for name in sorted(there ^ members):
            world.moves(name, "industry" if name in members else "elsewhere", build=build)
        there = members
    return lambda seen: (
        (
            11 * seen.mean("industry", 1)
            + 11 * seen.mean("industry", 2)
            - 14 * seen.mean("industry", 3)
            - 6 * seen.mean("industry", 4)
        )
        / 2
    )


def a_part_withheld_in_the_child_only(world: World) -> Attack:
    """One of the child says no scope 2, and five of its sibling: six of the parent, which is enough."""
    begin(world)
    world.metric("scope 1", part_of="")
    world.metric("scope 2", part_of="")
    world.industry("parent")
    world.industry("child", "parent")
    world.industry("sibling", "parent")
    for number, value in enumerate(around(60, 8)):
        world.reports(f"neighbours {number}", value, "scope 1")
        world.reports(f"neighbours {number}", value / 2, "scope 2")
    for industry, told, untold in (
        ("child", around(50, 9), [200]),
        ("sibling", around(50, 5), around(50, 5)),
    ):
        for number, (first, second) in enumerate(zip(around(100, 10), [*told, *untold], strict=True)):
            world.member(f"{industry} {number}", first + second, industry=industry)
            world.reports(f"{industry} {number}", first, "scope 1")
            if number < len(told):
                world.reports(f"{industry} {number}", second, "scope 2")
    return lambda seen: (
        10 * seen.mean("child")
        - 10 * seen.mean("child", metric="scope 1")
        - 14 * seen.mean("parent", metric="scope 2")
        + 5 * seen.mean("sibling", metric="scope 2")
    )


STORIES = [
    six_members_to_and_fro, one_group_twice, two_groups_with_equal_claims, a_group_too_small_to_show,
    consent_ends, stricter_thresholds, members_arrive, sold_and_withdrawn, one_cell_in_four_releases,
    a_part_withheld_in_the_child_only, an_industry_under_a_new_code, an_old_parent_and_new_children,
    parts_shown_later_than_their_total, a_child_of_industries_in_a_circle, a_child_below_the_deepest_level,
]  # fmt: skip


# --- the builds ---


def told() -> tuple[Stage, dict[str, Attack]]:
    """Every story, in all its copies, and the attack on each."""
    stage, attacks = Stage(), {}
    for each in SCENARIOS:
        for name in each.copies():
            attacks[each.name] = each.tell(World(stage, name))
    for tell in STORIES:
        name = tell.__name__.replace("_", " ")
        attacks[name] = tell(World(stage, name))
    world = World(stage, name := called("six members to and fro", ["release"]))
    attacks[name] = six_members_to_and_fro(world)
    return stage, attacks


def live(bundles: list[Bundle], statements: list[list[tuple]], folder: Path, run: Callable) -> list[Look]:
    """Load, build and look, as often as there are bundles."""
    looks = []
    with psycopg.connect(autocommit=True) as connection:
        for build, (bundle, done) in enumerate(zip(bundles, statements, strict=True), 1):
            bundle.load(folder)
            for statement in done:
                connection.execute(*statement)
            terms = {"as_of": MOMENTS[build - 1].isoformat()} | (STRICTER if build == BUILDS else {})
            run("run", *MODELS, "--vars", json.dumps(terms))
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
    exposed = Seen(looks, called(name, ["release"]))
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


@pytest.mark.xfail(
    strict=True, reason="the second largest of one or two contributors is taken for the largest"
)
def test_of_two_children_the_smaller_gives_up_its_mean(looks):
    """With the six of the smaller child what is left over is safe: it need not take the nine of the other."""
    seen = Seen(looks, "what two children leave")
    assert not seen.shows("mean", "smaller child")
    assert seen.shows("mean", "larger child")


@pytest.mark.xfail(
    strict=True, reason="a peer group of less than ten shows nothing, and yet counts as visible"
)
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


@pytest.mark.xfail(
    strict=True, reason="the ledger names the parent at the time, the withdrawal the one of now"
)
def test_a_subsidiary_that_withdraws_is_in_no_figure_of_a_former_parent(looks):
    seen = Seen(looks, "sold and withdrawn")
    assert seen.mean("industry", 1) == seen.mean("industry", 2) == pytest.approx(670 / 6, rel=0.005)
    assert not seen.shows("mean", "industry", 3)


# --- several rules together ---


@pytest.mark.xfail(strict=True, reason="releases are compared two by two, and over time within one cell")
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


@pytest.mark.xfail(strict=True, reason="what lies outside the tree of cells is compared with no ancestor")
@pytest.mark.parametrize("name", ["a child of industries in a circle", "a child below the deepest level"])
def test_medians_outside_the_tree_tell_nobody(name, looks, attacks):
    assert worked_out(attacks[name], looks, name) != pytest.approx(70)


@pytest.mark.xfail(
    strict=True, reason="linked metrics are compared cell by cell, and with what is proposed now"
)
@pytest.mark.parametrize(
    ("name", "secret"),
    [("a part withheld in the child only", 200), ("parts shown later than their total", 260)],
)
def test_linked_metrics_tell_nobody(name, secret, looks, attacks):
    assert worked_out(attacks[name], looks, name) != pytest.approx(secret)


# --- thresholds, determinism, arrivals ---


def test_stricter_thresholds_are_recorded_and_open_nothing_again(looks):
    seen = Seen(looks, "stricter thresholds")
    before, last = looks[-2:]
    # Every figure that stood there stands there, with its digits, and nothing else of these metrics.
    later = [f"stricter thresholds later of {count}" for count in ("five", "six")]
    for table in ("industry", "network"):
        kept = {key: value for key, value in getattr(last, table).items() if key[0] not in later}
        assert kept == getattr(before, table)
    assert seen.mean("five", BUILDS) == seen.mean("five", 1) == 120
    assert last.ledger[: len(before.ledger)] == before.ledger
    news = last.ledger[len(before.ledger) :]
    assert {release.metric_name for release in news} == {later[1]}
    assert seen.mean("six", BUILDS, metric="later of six") == 125.9
    assert not seen.shows("mean", "five", BUILDS, metric="later of five")
    assert {release.thresholds["minimum_contributors"] for release in before.ledger} == {5}
    assert all(release.thresholds.items() >= STRICTER.items() for release in news)


def as_ruled(published: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without the copies with a rule taken out, and the summary of the year in which they report."""
    return {
        table: [row for row in rows if " -" not in row and "network_summary:2024" not in row]
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
