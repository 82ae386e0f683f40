"""The shape of tables, read from PostgreSQL's catalogue, and how two shapes differ."""

import psycopg

# {"kind": …, "columns": {name: {"type": …, "null": …, "default": …}}, "constraints": [definition, …]}
Shape = dict[str, object]

KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}

# pg_get_constraintdef leaves out the schema of what the search path finds: shapes of two schemas compare.
# Constraints compare by what they say, since the documented ones have no names; constraint triggers (t), of
# which it says nothing, by name. contype n is NOT NULL, which PostgreSQL 18 lists and 15 does not.
QUERY = """
select
  c.relname,
  c.relkind::text,
  (
    select json_object_agg(a.attname, json_build_object(
      'type', format_type(a.atttypid, a.atttypmod),
      'null', case when a.attnotnull then 'not null' else 'nullable' end,
      'default', coalesce(
        case when a.attidentity <> '' then 'identity' end,
        case when a.attgenerated <> '' then 'generated ' end || pg_get_expr(d.adbin, d.adrelid),
        pg_get_expr(d.adbin, d.adrelid),
        'none'
      )
    ) order by a.attnum)
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ),
  (
    select coalesce(array_agg(definition order by definition collate "C"), '{}')
    from pg_constraint k
    cross join lateral (
      select pg_get_constraintdef(k.oid) || case k.contype when 't' then ' ' || k.conname else '' end
    ) said (definition)
    where k.conrelid = c.oid and k.contype <> 'n'
  )
from pg_class c
where c.relnamespace = to_regnamespace(%(schema)s) and c.relkind = any (%(kinds)s)
"""


def shapes(connection: psycopg.Connection, schema: str) -> dict[str, Shape]:
    """Return the shape of every table-like relation of ``schema``, by name."""
    rows = connection.execute(QUERY, {"schema": schema, "kinds": list(KINDS)})
    return {
        name: {"kind": KINDS[kind], "columns": columns or {}, "constraints": constraints}
        for name, kind, columns, constraints in rows
    }


def missing(expected: Shape, actual: Shape) -> list[str]:
    """Return what ``expected`` has and ``actual`` has not, or has otherwise, one line each."""
    if expected["kind"] != actual["kind"]:
        return [f"is a {actual['kind']}, not a {expected['kind']}"]
    lines = []
    for column, wanted in expected["columns"].items():
        found = actual["columns"].get(column)
        if found is None:
            lines.append(f"column {column} ({', '.join(wanted.values())}) is missing")
            continue
        for part, value in wanted.items():
            if found[part] != value:
                lines.append(f"column {column}: {part} is {found[part]}, expected {value}")
    wanted_order = [column for column in expected["columns"] if column in actual["columns"]]
    order = [column for column in actual["columns"] if column in expected["columns"]]
    if order != wanted_order:
        lines.append(f"columns stand in the order {', '.join(order)}, expected {', '.join(wanted_order)}")
    left = list(actual["constraints"])
    for constraint in expected["constraints"]:
        # What was added NOT VALID may have been validated since.
        valid = constraint.removesuffix(" NOT VALID")
        match = next((found for found in (constraint, valid) if found in left), None)
        if match is None:
            lines.append(f"constraint {valid} is missing")
        else:
            left.remove(match)
    return lines


def additions(expected: Shape, actual: Shape) -> list[str]:
    """Return the columns and constraints that only ``actual`` has, one line each."""
    if expected["kind"] != actual["kind"]:
        return []
    columns = [name for name in actual["columns"] if name not in expected["columns"]]
    left = list(actual["constraints"])
    for constraint in expected["constraints"]:
        if constraint in left:
            left.remove(constraint)
    return [
        *(f"column {column} is not expected" for column in columns),
        *(f"constraint {constraint} is not expected" for constraint in left),
    ]
