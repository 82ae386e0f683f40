"""How much the rules leave to be shown, beside the most that any choice under the same rules could show.

The optimum by integer programming is first held against trying everything, then the project's choice
against the optimum: on many small random trees, and on the demo, EPA's facilities by NAICS and Seattle's
buildings.
"""

from collections.abc import Callable

import numpy as np
import psycopg
import pytest
from conftest import run_command
from optimum import Block, Tree, most_means, most_means_by_exhaustion, most_visible
from test_attacks_properties import one_bundle, random_worlds
from worlds import AGAIN, AS_OF, SOME_REJECTED, Bundle, at
from yields import Family, Yield, families

SEED_OF_TREES = 11
SMALL_TREES = 120


def random_tree(random: np.random.Generator, cells: int) -> Tree:
    """A small tree of blocks of any size, some of them with a giant or of nothing."""
    names = [f"cell {number}" for number in range(cells)]
    parent = {name: names[random.integers(number)] if number else None for number, name in enumerate(names)}
    blocks = {name: random_block(random) for name in names if random.random() < 0.8}
    whole = dict.fromkeys(names, Block())
    bare = Tree(parent, blocks, frozenset())
    for name, block in blocks.items():
        for above in bare.path(name):
            whole[above] += block
    allowed = frozenset(n for n, block in whole.items() if block.count and block.is_safe)
    pairs = [frozenset(random.choice(names, 2, replace=False)) for _ in range(int(random.integers(0, 3)))]
    return Tree(parent, blocks, allowed, frozenset(pairs))


def random_block(random: np.random.Generator) -> Block:
    values = random.uniform(1, 20, int(random.integers(1, 13)))
    values *= random.choice([1.0, 0.0, 50.0], len(values), p=[0.85, 0.1, 0.05])
    ordered = [*sorted(map(float, values), reverse=True), 0.0]
    return Block(len(values), sum(ordered), ordered[0], ordered[1])


@pytest.mark.parametrize("cells", range(2, 11))
def test_the_optimum_is_what_trying_everything_finds(cells: int) -> None:
    random = np.random.default_rng([SEED_OF_TREES, cells])
    below_all = 0
    for _ in range(25):
        tree = random_tree(random, cells)
        shown, bound = most_means(tree)
        assert tree.is_safe(shown)
        assert len(shown) == bound == most_means_by_exhaustion(tree)
        below_all += bound < len(tree.allowed)
    assert below_all


def test_the_most_that_can_be_visible() -> None:
    a, b, c, d = "abcd"
    pairs = [frozenset(pair) for pair in (a + b, b + c, c + d)]
    assert most_visible(dict.fromkeys("abcd", 1), pairs) == 2
    assert most_visible({a: 1, b: 5, c: 1, d: 1}, pairs) == 6
    assert most_visible({a: 1, b: 0, c: 1, d: 1}, pairs) == 2
    assert most_visible({}, pairs) == 0


# --- the project's choice ---


@pytest.fixture(scope="module")
def built(module_database: str, dbt: Callable, tmp_path_factory: pytest.TempPathFactory) -> list[Family]:
    """The demo and small random worlds, in one build."""
    print(AGAIN)
    folder = tmp_path_factory.mktemp("yield")
    worlds = Bundle()
    for world in random_worlds(SMALL_TREES):
        world.opening(worlds)
    dbt("build", "--select", "+path:models/catalogue", "--exclude-resource-type", "test", "unit_test")
    one_bundle(worlds).load(folder)
    run_command("demo", folder / "demo")
    run_command("load", folder / "demo", expect=SOME_REJECTED)
    dbt("build", "--exclude-resource-type", "test", "unit_test", *at(AS_OF))
    with psycopg.connect() as connection:
        return families(connection)


def chosen(built: list[Family], what: str) -> list[Family]:
    return [one for one in built if next(iter(one.metrics)).startswith("world_") == (what == "worlds")]


@pytest.mark.parametrize("what", ["worlds", "demo"])
def test_nine_tenths_of_the_optimum_are_shown(built: list[Family], what: str) -> None:
    means = sum((one.means() for one in chosen(built, what)), Yield())
    medians = sum((one.medians() for one in chosen(built, what)), Yield())
    print(f"{what}, means from 5: {means}\n{what}, medians from 10: {medians}")
    assert means.is_enough, (means, AGAIN)
    assert medians.is_enough, (medians, AGAIN)


def test_what_is_shown_is_safe_and_no_more_than_the_optimum(built: list[Family]) -> None:
    for one in built:
        assert one.tree.is_safe(one.shown), (list(one.metrics), AGAIN)
    for one in chosen(built, "worlds"):
        for found in (one.means(), one.medians()):
            assert found.shown <= found.best, (list(one.metrics), AGAIN)
