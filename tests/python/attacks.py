"""The stories that test_disclosure_scenarios tells: each with a secret, and the figures that would tell it.

A scenario is told twice: as the rules have it, and in metrics in which the rules that it names are taken out.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import zip_longest

from stories import BUILDS, MOMENTS, Attack, Scenario, Stage, World, around, called

SCENARIOS: list[Scenario] = []


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


SMALL = [float(number) for number in range(1, 10)]


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


@scenario(("linked", "earlier link"), 200, build=2)
def total_less_scope_1_less_a_scope_2_told_later(world: World) -> Attack:
    return scopes(world, 2)


def of_three_scopes(world: World, third: list[float]) -> Attack:
    """Eight neighbours report three scopes of a total; ten others two, and some of them the third."""
    begin(world, "industry")
    scopes = ("scope 1", "scope 2", "scope 3")
    for scope in scopes:
        world.metric(scope, part_of="")
    ten = (around(60, 10), around(40, 10), third)
    world.crowd("industry", [sum(parts) for parts in zip_longest(*ten, fillvalue=0)])
    for industry, values in (("neighbours", [around(mean, 8) for mean in (50, 30, 20)]), ("industry", ten)):
        for scope, reported in zip(scopes, values, strict=True):
            for number, value in enumerate(reported):
                world.reports(f"{industry} {number}", value, scope)
    return lambda seen: (
        10 * seen.mean("industry")
        - 10 * seen.mean("industry", metric="scope 1")
        - 10 * seen.mean("industry", metric="scope 2")
    )


@scenario("hidden component", 350)
def a_scope_that_only_one_reports(world: World) -> Attack:
    return of_three_scopes(world, [350])


@scenario("hidden component", 3020)
def a_scope_that_one_dominates(world: World) -> Attack:
    return of_three_scopes(world, [3000, 4, *[2] * 8])


@scenario("earlier link", 260, build=2)
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


@scenario("earlier link", 40, build=2)
def a_total_and_a_part_that_five_corrected_but_not_the_same_five(world: World) -> Attack:
    """Four correct both; one its scope 2 and the total, one its scopes only: the two are left over."""
    begin(world, "industry")
    world.metric("scope 1", part_of="")
    world.metric("scope 2", part_of="")
    for industry, first, second in (
        ("neighbours", around(60, 8), around(40, 8)),
        ("industry", around(100, 10), around(50, 10)),
    ):
        if industry == "industry":
            world.crowd(industry, around(150, 10))
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            world.reports(f"{industry} {number}", one, "scope 1")
            world.reports(f"{industry} {number}", other, "scope 2")
    for number, total, first, second in (
        *((number, 20, 20, 0) for number in range(4)),
        (4, 60, 0, 60),
        (5, 0, 20, -20),
    ):
        for metric, middle, more in (("", 150, total), ("scope 1", 100, first), ("scope 2", 50, second)):
            if more:
                world.reports(f"industry {number}", around(middle, 10)[number] + more, metric, build=2)
    return lambda seen: (
        10 * (seen.mean("industry", 2) - seen.mean("industry", 1))
        - 10 * (seen.mean("industry", 2, metric="scope 1") - seen.mean("industry", 1, metric="scope 1"))
    )


@scenario("linked", 200, neighbours=("neighbours", "sibling"))
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


# --- D9: what two releases differ by ---


@scenario(("release", "tree"), 170, build=2, each_suffices=True)
def one_joins(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("joiner", 170, industry="industry", build=2)
    return lambda seen: 7 * seen.mean("industry", 2) - 6 * seen.mean("industry", 1)


@scenario(("release", "tree"), 170, build=2, each_suffices=True)
def one_leaves(world: World) -> Attack:
    begin(world, "industry", "elsewhere")
    world.crowd("elsewhere", around(100, 6))
    world.crowd("industry", around(100, 6))
    world.member("leaver", 170, industry="industry")
    world.moves("leaver", "elsewhere", build=2)
    return lambda seen: 7 * seen.mean("industry", 1) - 6 * seen.mean("industry", 2)


@scenario(("release", "tree"), 60, build=2, each_suffices=True)
def one_corrects(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.reports("industry 2", around(100, 6)[2] + 60, build=2)
    return lambda seen: 6 * seen.mean("industry", 2) - 6 * seen.mean("industry", 1)


@scenario(("release", "tree"), 170, build=2, each_suffices=True)
def one_withdraws(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("leaver", 170, industry="industry")
    world.consents("leaver", given=False, build=2)
    return lambda seen: 7 * seen.mean("industry", 1) - 6 * seen.mean("industry", 2)


@scenario(("every release", "tree"), 170, build=3, each_suffices=True)
def five_come_and_go_and_another_comes(world: World) -> Attack:
    """Six contributors from the release before, one from the first."""
    begin(world, "industry", "elsewhere")
    world.crowd("industry", around(100, 6))
    world.crowd("elsewhere", around(100, 6))
    world.crowd("industry", around(100, 5), "passer-by", build=2)
    world.member("joiner", 170, industry="elsewhere")
    for number in range(5):
        world.moves(f"passer-by {number}", "elsewhere", build=3)
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


@scenario("tree", 730, neighbours=("neighbours", "parent"), build=2, within=0.1)
def a_giant_in_what_an_old_release_has_more(world: World) -> Attack:
    """Without it what the child leaves over is safe; the parent's release stays, for it differs by one."""
    begin(world, "parent", "elsewhere")
    world.industry("child", "parent")
    world.crowd("elsewhere", around(100, 6))
    world.crowd("child", around(100, 7))
    world.crowd("parent", SMALL)
    world.member("giant", 730, industry="parent")
    world.moves("giant", "elsewhere", build=2)
    return lambda seen: 16 * seen.mean("parent") - 7 * seen.mean("child", 2)


@scenario("tree", 2000, build=2, within=0.1)
def a_giant_leaves_while_five_join(world: World) -> Attack:
    begin(world, "industry", "elsewhere")
    world.crowd("elsewhere", around(100, 6))
    world.crowd("industry", around(100, 6))
    world.member("giant", 2000, industry="industry")
    world.moves("giant", "elsewhere", build=2)
    world.crowd("industry", SMALL[:5], "joiner", build=2)
    return lambda seen: 7 * seen.mean("industry") - 11 * seen.mean("industry", 2)


@scenario("tree", 2000, neighbours=("neighbours", "another"), build=2, within=0.1)
def a_giant_withdraws_while_five_join(world: World) -> Attack:
    """Its value is known no more, only that nobody had more than some 2000, or of the other industry 100."""
    begin(world, "industry", "another")
    for industry, largest, joiners in (("industry", 2000, SMALL[:5]), ("another", 110, around(100, 5))):
        world.crowd(industry, around(100, 6))
        world.member(f"leaver of {industry}", largest, industry=industry)
        world.consents(f"leaver of {industry}", given=False, build=2)
        world.crowd(industry, joiners, f"joiner of {industry}", build=2)
    return lambda seen: 7 * seen.mean("industry") - 11 * seen.mean("industry", 2)


@scenario("tree", 2000, build=2, within=0.1)
def a_giant_corrects_its_value_while_four_join(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("giant", 2000, industry="industry")
    world.reports("giant", 5, build=2)
    world.crowd("industry", SMALL[:4], "joiner", build=2)
    return lambda seen: 7 * seen.mean("industry") - 11 * seen.mean("industry", 2)


# --- D10: what a withdrawal leaves ---


@scenario("withdrawal", 170, build=2)
def a_figure_with_somebody_who_withdrew(world: World) -> Attack:
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("leaver", 170, industry="industry")
    world.consents("leaver", given=False, build=2)
    return lambda seen: 7 * seen.mean("industry", 2) - sum(around(100, 6))


@scenario("category", 170, neighbours=("neighbours",), build=2)
def a_metric_moved_to_a_category_without_consent(world: World) -> Attack:
    """Only the neighbours consented to that one, too."""
    begin(world, "industry")
    world.crowd("industry", around(100, 6))
    world.member("unasked", 170, industry="industry")
    world.metric(category="water", build=2)
    for number in range(8):
        world.consents(f"neighbours {number}", 1, category="water")
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
    world.crowd("first", around(90, 9))
    world.crowd("second", around(100, 6))
    world.crowd("parent", around(118, 5), "mover")
    world.crowd("parent", [150, 270], "stays")
    for number in range(5):
        world.moves(f"mover {number}", "first", build=2)
    world.crowd("parent", around(100, 5), "newcomer", build=2)
    return lambda seen: 22 * seen.mean("parent", 1) - 14 * seen.mean("first", 2) - 6 * seen.mean("second", 1)


def what_the_report_counts(world: World) -> None:
    """For each rule a metric, and five industries or groups that it withholds; of the first rule ten."""

    def report(rule: str, members: dict[str, list[float]], **about: object) -> None:
        for industry, values in members.items():
            world.crowd(industry, values, metric=rule, **about)

    def industries(rule: str, values: list[float], count: int = 5, parent: str | None = None) -> dict:
        world.metric(rule)
        codes = [f"{rule} {number}" for number in range(count)]
        for code in codes:
            world.industry(code, parent and f"{parent} {code}")
        return dict.fromkeys(codes, values)

    report("D1", industries("D1", around(100, 4), 10))
    for number, build in enumerate((3, 4, 4, 4, 4)):
        world.member(f"fifth of {number}", 100, industry=f"D1 {number}", metric="D1", build=build)

    report("D2", industries("D2", [1000, 1, 2, 3, 4, 5]))
    report("D3", industries("D3", [100] * 5))

    world.metric("D5")
    for number in range(5):
        world.crowd(None, around(100, 7), f"grouped {number}", metric="D5")
        world.group(f"group {number}", [f"grouped {number} {member}" for member in range(7)])

    # Outside the child are five of whom one dominates, or one alone.
    for rule, inside, outside in (
        ("D6", around(1000, 6), [1000, 1, 1, 1, 1]),
        ("D7", around(100, 9), [100]),
    ):
        for number in range(5):
            world.industry(f"above {rule} {number}")
        report(rule, industries(rule, inside, parent="above"))
        for number in range(5):
            world.crowd(f"above {rule} {number}", outside, metric=rule)

    report("total of D8", industries("total of D8", around(100, 6)))
    world.metric("D8", part_of="total of D8")
    for number in range(5):
        for member in range(5):
            world.reports(f"total of D8 {number} {member}", 40 + member, "D8")

    report("D9", industries("D9", around(100, 6), 10))
    report("D10", industries("D10", around(100, 6)))
    for number in range(5):
        world.member(f"joiner {number}", 170, industry=f"D9 {number}", metric="D9", build=2)
        world.consents(f"D10 {number} 0", given=False, build=2)


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


STORIES = [
    six_members_to_and_fro, one_group_twice, two_groups_with_equal_claims, a_group_too_small_to_show,
    consent_ends, stricter_thresholds, members_arrive, sold_and_withdrawn, one_cell_in_four_releases,
    an_industry_under_a_new_code, an_old_parent_and_new_children,
    a_child_of_industries_in_a_circle, a_child_below_the_deepest_level, what_the_report_counts,
]  # fmt: skip


def told() -> tuple[Stage, dict[str, Attack]]:
    """Every story, in all its copies, and the attack on each."""
    stage, attacks = Stage(), {}
    for each in SCENARIOS:
        for name in each.copies():
            attacks[each.name] = each.tell(World(stage, name))
    for tell in STORIES:
        name = tell.__name__.replace("_", " ")
        attacks[name] = tell(World(stage, name))
    world = World(stage, name := called("six members to and fro", ["release", "tree"]))
    attacks[name] = six_members_to_and_fro(world)
    return stage, attacks
