"""Everything that dbt shows has a description.

Only the tests marked `database` need one; `make lint` runs the others.
"""

import copy
import csv
import json
import re
from collections.abc import Callable, Iterator

import pytest
from conftest import PROJECT
from jinja2 import Environment, nodes

OURS = "blipee_benchmarks"
GRAIN = re.compile(r"\bOne row per [^.]+\.$")
SIGNATURE = re.compile(r"{%-?\s*(?:macro|test)\s+\w+\s*\((.*?)\)\s*-?%}", re.DOTALL)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What `dbt parse` says of the project, without a server to ask."""
    from dbt.cli.main import dbtRunner

    home = tmp_path_factory.mktemp("parsed")
    (home / "profiles.yml").write_text((PROJECT / "profiles.example.yml").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGHOST", "127.0.0.1")
        patch.setenv("PGPORT", "1")  # nothing listens there
        arguments = ["parse", "--no-partial-parse", "--quiet", "--no-use-colors"]
        arguments += ["--project-dir", PROJECT, "--profiles-dir", home]
        arguments += ["--target-path", home / "target", "--log-path", home / "logs"]
        result = dbtRunner().invoke([str(argument) for argument in arguments])
    assert result.success, result.exception
    return json.loads((home / "target" / "manifest.json").read_text())


def ours(manifest: dict, group: str, *kinds: str) -> list[dict]:
    """The project's own entries of one group of the manifest, of the given kinds if any are given."""
    entries = manifest[group].values()
    return [
        entry
        for entry in entries
        if entry["package_name"] == OURS and (not kinds or entry["resource_type"] in kinds)
    ]


def signature(macro: dict) -> list[str]:
    """The names of a macro's arguments; of a generic test, too. A materialization has none."""
    if macro["name"].startswith("materialization_"):
        return []
    written = SIGNATURE.search(macro["macro_sql"])[1]
    parsed = Environment().parse(f"{{% macro m({written}) %}}{{% endmacro %}}")
    return [argument.name for argument in parsed.find(nodes.Macro).args]


def sources(manifest: dict) -> dict[str, str]:
    """The description of each source; the manifest repeats it with every table."""
    return {table["source_name"]: table["source_description"] for table in ours(manifest, "sources")}


def undescribed(manifest: dict) -> Iterator[str]:
    """Name all that has no description, and each model and seed whose description ends without a grain."""
    described = [
        *ours(manifest, "nodes", "model", "seed"),
        *ours(manifest, "sources"),
        *ours(manifest, "macros"),
        *ours(manifest, "unit_tests"),
        *ours(manifest, "exposures"),
        *ours(manifest, "groups"),
        # A generic test is described once, as the macro that it is; these are the singular ones.
        *(test for test in ours(manifest, "nodes", "test") if "test_metadata" not in test),
    ]
    for entry in described:
        if not (entry["description"] or "").strip():
            yield f"{entry['resource_type']} {entry['name']}"
    for name, description in sources(manifest).items():
        if not description.strip():
            yield f"source {name}"
    for table in ours(manifest, "nodes", "model", "seed"):
        kind, name = table["resource_type"], table["name"]
        if not table["columns"]:
            yield f"every column of {kind} {name}"
        for column in table["columns"].values():
            if not column["description"].strip():
                yield f"column {name}.{column['name']}"
        if not GRAIN.search(table["description"].strip()):
            yield f"grain of {kind} {name}"
    for macro in ours(manifest, "macros"):
        documented = {argument["name"]: argument["description"].strip() for argument in macro["arguments"]}
        for argument in signature(macro):
            if not documented.pop(argument, ""):
                yield f"argument {argument} of {macro['name']}"
        for argument in documented:
            yield f"argument {argument} of {macro['name']}, which has none of that name"


def test_everything_is_described(manifest):
    assert list(undescribed(manifest)) == []


def test_the_project_has_something_of_every_kind_to_describe(manifest):
    assert len(ours(manifest, "nodes", "model")) >= 20
    assert len(ours(manifest, "nodes", "seed")) >= 5
    assert len(ours(manifest, "sources")) >= 10
    assert len(ours(manifest, "macros")) >= 15
    assert len(ours(manifest, "unit_tests")) >= 8
    assert any(signature(macro) for macro in ours(manifest, "macros"))
    assert any("test_metadata" not in test for test in ours(manifest, "nodes", "test"))


def first(manifest: dict, group: str, *kinds: str, where: Callable[[dict], object] = bool) -> dict:
    return next(entry for entry in ours(manifest, group, *kinds) if where(entry))


def without(entry: dict, key: str = "description") -> dict:
    entry[key] = " "
    return entry


def lose_a_model(manifest: dict) -> list[str]:
    name = without(first(manifest, "nodes", "model"))["name"]
    return [f"model {name}", f"grain of model {name}"]


def lose_a_grain(manifest: dict) -> list[str]:
    model = first(manifest, "nodes", "model")
    model["description"] = "One row per cell. What else there is to say comes too late."
    return [f"grain of model {model['name']}"]


def lose_a_column(manifest: dict) -> list[str]:
    model = first(manifest, "nodes", "model")
    column = without(next(iter(model["columns"].values())))
    return [f"column {model['name']}.{column['name']}"]


def lose_every_column(manifest: dict) -> list[str]:
    model = first(manifest, "nodes", "model")
    model["columns"] = {}
    return [f"every column of model {model['name']}"]


def lose_a_seed(manifest: dict) -> list[str]:
    name = without(first(manifest, "nodes", "seed"))["name"]
    return [f"seed {name}", f"grain of seed {name}"]


def lose_a_seed_column(manifest: dict) -> list[str]:
    seed = first(manifest, "nodes", "seed")
    column = without(next(iter(seed["columns"].values())))
    return [f"column {seed['name']}.{column['name']}"]


def lose_a_source(manifest: dict) -> list[str]:
    name = first(manifest, "sources")["source_name"]
    for table in ours(manifest, "sources"):
        if table["source_name"] == name:
            without(table, "source_description")
    return [f"source {name}"]


def lose_a_source_table(manifest: dict) -> list[str]:
    return [f"source {without(first(manifest, 'sources'))['name']}"]


def lose_a_macro(manifest: dict) -> list[str]:
    return [f"macro {without(first(manifest, 'macros'))['name']}"]


def lose_a_generic_test(manifest: dict) -> list[str]:
    test = without(first(manifest, "macros", where=lambda macro: macro["name"].startswith("test_")))
    return [f"macro {test['name']}"]


def lose_an_argument(manifest: dict) -> list[str]:
    macro = first(manifest, "macros", where=signature)
    argument = macro["arguments"].pop()
    return [f"argument {argument['name']} of {macro['name']}"]


def blank_an_argument(manifest: dict) -> list[str]:
    macro = first(manifest, "macros", where=signature)
    return [f"argument {without(macro['arguments'][0])['name']} of {macro['name']}"]


def invent_an_argument(manifest: dict) -> list[str]:
    macro = first(manifest, "macros")
    macro["arguments"].append({"name": "gone", "type": None, "description": "Was renamed."})
    return [f"argument gone of {macro['name']}, which has none of that name"]


def lose_a_unit_test(manifest: dict) -> list[str]:
    return [f"unit_test {without(first(manifest, 'unit_tests'))['name']}"]


def lose_a_singular_test(manifest: dict) -> list[str]:
    test = first(manifest, "nodes", "test", where=lambda test: "test_metadata" not in test)
    return [f"test {without(test)['name']}"]


@pytest.mark.parametrize(
    "lose",
    [
        lose_a_model,
        lose_a_grain,
        lose_a_column,
        lose_every_column,
        lose_a_seed,
        lose_a_seed_column,
        lose_a_source,
        lose_a_source_table,
        lose_a_macro,
        lose_a_generic_test,
        lose_an_argument,
        blank_an_argument,
        invent_an_argument,
        lose_a_unit_test,
        lose_a_singular_test,
    ],
)
def test_a_missing_description_is_named_and_nothing_else(manifest, lose):
    doctored = copy.deepcopy(manifest)
    expected = lose(doctored)
    before = set(undescribed(manifest))
    assert [missing for missing in undescribed(doctored) if missing not in before] == expected


@pytest.mark.parametrize(
    ("description", "ends_with_grain"),
    [
        ("What it is. One row per cell, metric and period.", True),
        ("One row per node of the network.", True),
        ("One row per cell. And more.", False),
        ("One row per cell", False),
        ("Several rows per cell.", False),
    ],
)
def test_what_counts_as_a_grain(description, ends_with_grain):
    assert bool(GRAIN.search(description)) is ends_with_grain


def test_seed_columns_are_those_of_the_file(manifest):
    for seed in ours(manifest, "nodes", "seed"):
        with (PROJECT / seed["original_file_path"]).open(newline="", encoding="utf-8") as file:
            header = next(csv.reader(file))
        assert list(seed["columns"]) == header, seed["name"]


def test_every_model_and_seed_has_an_owner(manifest):
    owned = {group["name"] for group in ours(manifest, "groups") if group["owner"]["name"]}
    kept = ours(manifest, "nodes", "model", "seed")
    assert [node["name"] for node in kept if node["config"]["group"] not in owned] == []
    assert {node["config"]["group"] for node in kept} == owned


def marts(manifest: dict) -> list[dict]:
    """What people and applications read."""
    models = ours(manifest, "nodes", "model")
    return [node for node in models if node["fqn"][1] == "marts" and node["schema"] in ("marts", "public")]


def test_every_mart_is_read_by_somebody(manifest):
    read = {name for exposure in ours(manifest, "exposures") for name in exposure["depends_on"]["nodes"]}
    read |= {name for mart in marts(manifest) for name in mart["depends_on"]["nodes"]}
    assert [mart["name"] for mart in marts(manifest) if mart["unique_id"] not in read] == []


NUMERIC = {20, 21, 23, 700, 701, 1700}  # PostgreSQL's numbers of the types of numbers


def without_unit(mart: dict, numbers: set[str]) -> list[str]:
    """Columns whose unit is not what models/overview.md says: numbers without one, others that have one."""
    units = {name: column["config"]["meta"].get("unit") for name, column in mart["columns"].items()}
    return [
        f"{mart['name']}.{name}"
        for name, unit in units.items()
        if bool(unit) is not (name in numbers) or (unit and unit[0] == "{" and unit[1:-1] not in units)
    ]


def test_a_number_without_unit_is_named_and_nothing_else(manifest):
    mart = next(node for node in marts(manifest) if node["name"] == "benchmark_statistics")
    numbers = {"contributors", "value"}
    assert without_unit(mart, numbers) == []
    assert without_unit(mart, {*numbers, "period"}) == ["benchmark_statistics.period"]
    assert without_unit(mart, {"value"}) == ["benchmark_statistics.contributors"]
    renamed = copy.deepcopy(mart)
    renamed["columns"]["value"]["config"]["meta"]["unit"] = "{gone}"
    assert without_unit(renamed, numbers) == ["benchmark_statistics.value"]


@pytest.mark.database
def test_columns_are_those_of_the_database_in_order(manifest, module_database, connection, dbt):
    compiled = {
        result.node.unique_id: result.node.compiled_code
        for result in dbt("build", "--exclude-resource-type", "test", "unit_test").result.results
        if result.node.resource_type == "model"
    }
    compared = ours(manifest, "nodes", "model", "seed")
    assert len(compiled) == len(ours(manifest, "nodes", "model"))
    for node in compared:
        query = f"select * from {node['schema']}.{node['alias']}"
        if node["schema"] == "public":  # a documented table has columns besides those that the model writes
            query = compiled[node["unique_id"]]
        found = connection.execute(f"select * from ({query}) as query limit 0").description
        assert list(node["columns"]) == [column.name for column in found], node["name"]
        if node in marts(manifest):
            assert without_unit(node, {column.name for column in found if column.type_code in NUMERIC}) == []
