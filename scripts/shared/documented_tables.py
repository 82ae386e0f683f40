"""The tables that a bundle may fill, besides observations: what the catalogue says, and the exceptions."""

from dataclasses import dataclass, field

import click
import psycopg

# In every database: the documented tables of the four migrations and what their foreign keys need.
DOCUMENTED = (
    "organizations", "autonomous_agents",
    "ml_models", "ml_features", "ml_predictions", "ml_training_jobs", "ml_model_performance",
    "gri_standards", "industry_models", "organization_industries",
    "network_nodes", "network_edges", "network_privacy_settings", "network_peer_groups",
    "network_peer_group_members", "network_supplier_assessments", "network_data_marketplace",
    "network_data_exchanges", "network_consortiums", "network_consortium_members",
    "agent_ml_requests", "regulatory_compliance",
)  # fmt: skip
OBSERVATIONS = "metric_observations"
BUNDLE_TABLES = (*DOCUMENTED, "metrics", OBSERVATIONS)
PUBLISHED_BY_DBT = ("industry_benchmarks", "network_benchmarks", "network_intelligence_cache")
SCHEMAS = {"metrics": "raw", OBSERVATIONS: "raw"}  # the rest is in public


@dataclass(frozen=True)
class Lookup:
    """A bundle's column that names a row of another table, whose id then stands in ``column``."""

    column: str
    table: str
    match: str
    type: str = "text"


NODE_OF = {"table": "network_nodes", "match": "organization_id", "type": "uuid"}

# The bundle's name of a column that the table calls otherwise.
RENAMED = {"organizations": {"organization_id": "id"}}
LOOKUPS = {
    "network_edges": {
        "source_organization_id": Lookup("source_node_id", **NODE_OF),
        "target_organization_id": Lookup("target_node_id", **NODE_OF),
    },
    "network_supplier_assessments": {"supplier_organization_id": Lookup("supplier_node_id", **NODE_OF)},
    "network_peer_group_members": {
        "group_name": Lookup("peer_group_id", "network_peer_groups", "group_name")
    },
    "network_consortium_members": {
        "consortium_name": Lookup("consortium_id", "network_consortiums", "consortium_name")
    },
}
# A bundle's column that becomes one key of a jsonb column.
JSON_KEYS = {"industry_models": {"parent_industry_code": "configuration"}}

# What tells a row from another where no UNIQUE constraint says so. Tables in neither have their id.
KEYS = {
    "organizations": ("id",),
    "organization_industries": ("organization_id",),
    "network_nodes": ("organization_id", "external_id"),  # the first that is given
    "network_peer_groups": ("group_name",),
    "network_consortiums": ("consortium_name",),
}
NAMED = ("network_peer_groups",)  # one given without id gets the UUID that stands for its name
# Values that the table demands and the bundle's format leaves out.
DEFAULTS = {
    "industry_models": {"model_type": "'standard'", "configuration": "'{}'", "material_topics": "'[]'"},
    "network_nodes": {"node_type": "'organization'"},
    "network_peer_groups": {"criteria": "'{}'"},
}


@dataclass(frozen=True)
class Column:
    """A column as the catalogue has it; ``default`` is SQL or None."""

    name: str
    type: str
    required: bool
    default: str | None

    @property
    def default_changes(self) -> bool:
        """Whether the default is another value each time, such as now()."""
        return self.default is not None and "(" in self.default.replace("::", "")


@dataclass(frozen=True)
class Table:
    """A table that a bundle may fill."""

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    foreign_keys: dict[str, tuple[str, str]]  # column -> (schema.table, column)
    checks: dict[str, tuple[list[str], str]] = field(
        default_factory=dict
    )  # constraint -> (columns, definition)

    @property
    def qualified(self) -> str:
        """The table's name with its schema."""
        return f"{SCHEMAS.get(self.name, 'public')}.{self.name}"

    @property
    def key_is_first_given(self) -> bool:
        """Whether the first of the key's columns that has a value tells the row, not all of them together."""
        return self.name == "network_nodes"

    @property
    def has_digest_as_id(self) -> bool:
        """Whether nothing but the id tells a row: one given without id gets the digest of its cells."""
        return self.name not in KEYS and self.key == ("id",)

    @property
    def has_name_as_id(self) -> bool:
        """Whether a row given without id gets that of its name, as an identifier that is text does."""
        return self.name in NAMED

    @property
    def renamed(self) -> dict[str, str]:
        """Bundle column -> column of the table, where the two differ."""
        return RENAMED.get(self.name, {})

    @property
    def lookups(self) -> dict[str, Lookup]:
        """Bundle column -> the row of another table that it names."""
        return LOOKUPS.get(self.name, {})

    @property
    def json_keys(self) -> dict[str, str]:
        """Bundle column -> the jsonb column in which it is a key."""
        return JSON_KEYS.get(self.name, {})

    def target(self, bundle_column: str) -> str:
        """Return the column of the table that the bundle's column fills."""
        lookup = self.lookups.get(bundle_column)
        return (
            lookup.column
            if lookup
            else self.json_keys.get(bundle_column) or self.renamed.get(bundle_column, bundle_column)
        )

    def identifies(self, bundle_column: str) -> bool:
        """Whether the cells of the bundle's column are identifiers."""
        lookup = self.lookups.get(bundle_column)
        return (lookup.type if lookup else self.columns[self.target(bundle_column)].type) == "uuid"

    def check_header(self, header: list[str], place: object) -> None:
        """Refuse a header with an unknown column, without a required one, or with two for the same."""
        allowed = {*self.columns, *self.renamed, *self.lookups, *self.json_keys} - set(self.renamed.values())
        for name in header:
            if name not in allowed:
                raise click.ClickException(
                    f"{place}: {self.name} has no column {name!r}; it may have {', '.join(sorted(allowed))}"
                )
        given: dict[str, str] = {}
        for name in header:
            column = self.target(name)
            if column in given and name not in self.json_keys and given[column] not in self.json_keys:
                raise click.ClickException(
                    f"{place}: {given[column]} and {name} say the same; keep one of them"
                )
            given[column] = name
        needed = [
            column.name for column in self.columns.values() if column.required and column.default is None
        ]
        if not self.has_digest_as_id and not self.key_is_first_given:
            needed = list(dict.fromkeys((*self.key, *needed)))
        missing = [name for name in needed if name not in given]
        if not missing and self.key_is_first_given and not set(self.key) & set(given):
            missing = list(self.key[:1])
        if missing:
            names = {column: name for name, column in self.renamed.items()}
            names |= {lookup.column: name for name, lookup in self.lookups.items()}
            missing = [names.get(name, name) for name in missing]
            raise click.ClickException(f"{place}: the column {', '.join(missing)} is missing; add it")


COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
from pg_attribute a
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by a.attnum
"""

CONSTRAINTS = """
select
  c.conname, c.contype::text,
  (select array_agg(a.attname::text order by k.n) from unnest(c.conkey) with ordinality k (attnum, n)
   join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum),
  case when c.contype = 'f' then
    (select n.nspname || '.' || r.relname from pg_class r join pg_namespace n on n.oid = r.relnamespace
     where r.oid = c.confrelid)
  end,
  (select a.attname::text from pg_attribute a where a.attrelid = c.confrelid and a.attnum = c.confkey[1]),
  pg_get_constraintdef(c.oid)
from pg_constraint c
where c.conrelid = to_regclass(%s)
order by c.conname
"""


def read_table(connection: psycopg.Connection, name: str) -> Table:
    """Read what the catalogue says of a bundle's table; a table that is not there is an error."""
    qualified = f"{SCHEMAS.get(name, 'public')}.{name}"
    extra = DEFAULTS.get(name, {})
    columns = {
        column: Column(column, kind, required, default if default is not None else extra.get(column))
        for column, kind, required, default in connection.execute(COLUMNS, (qualified,))
    }
    if not columns:
        raise click.ClickException(
            f"the table {qualified} is not there; run python -m scripts.bootstrap first"
        )
    unique, primary, foreign, checks = None, ("id",), {}, {}
    for constraint, kind, on, referenced, referenced_column, definition in connection.execute(
        CONSTRAINTS, (qualified,)
    ):
        if kind == "c":
            checks[constraint] = (on or [], definition.removesuffix(" NOT VALID"))
        elif kind == "u":
            unique = unique or tuple(on)
        elif kind == "p":
            primary = tuple(on)
        elif kind == "f" and len(on) == 1:
            foreign[on[0]] = (referenced, referenced_column)
    key = KEYS.get(name) or unique or primary
    return Table(name, columns, key, foreign, checks)


def in_order(tables: list[Table]) -> list[Table]:
    """Sort tables so that each comes after those that its foreign keys refer to."""
    left = {table.name: table for table in tables}
    ordered: list[Table] = []
    while left:
        ready = [
            table
            for table in left.values()
            if not {reference.split(".")[-1] for reference, _ in table.foreign_keys.values()}
            & (set(left) - {table.name})
        ]
        for table in ready or list(
            left.values()
        ):  # a circle of foreign keys cannot be sorted: any order will do
            ordered.append(left.pop(table.name))
    return ordered
