"""Say of every table that the migration gap analysis names whether a database has it, as documented.

It only reads PostgreSQL's catalogue, so any role that may connect can run it, before the bootstrap and after.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

import click
import psycopg

from scripts.bootstrap import use_search_path
from scripts.shared.catalogue import shapes
from scripts.shared.database import connect, target
from scripts.shared.gaps import STATES, STREAM_A, STREAMS, Gap, gaps

GAPS_FOUND = 3  # an exit code apart from that of an error


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True
)
def main(form: str) -> None:
    """Print which documented tables exist, are missing or differ (then the exit code is 3)."""
    with connect() as connection:
        connection.read_only = True
        use_search_path(connection)
        stop_where_names_are_hidden(connection)
        found = gaps(shapes(connection, "public"))
    click.echo(as_markdown(found) if form == "markdown" else as_json(found))
    if set(count(found)) != {"exists"}:
        raise SystemExit(GAPS_FOUND)


def stop_where_names_are_hidden(connection: psycopg.Connection) -> None:
    """Refuse a role that may not use a schema: PostgreSQL spells its names otherwise then, and all differ."""
    hidden = connection.execute(
        """
        select string_agg(name, ', ') from unnest(string_to_array(current_setting('search_path'), ', ')) name
        where not has_schema_privilege(to_regnamespace(name), 'usage')
        """
    ).fetchone()[0]
    if hidden:
        raise click.ClickException(
            f"{target()}: this user may not look into the schema {hidden}; ask the owner to grant usage on it"
        )


def count(found: dict[str, list[Gap]]) -> Counter:
    """Return how many tables of all streams are in each state."""
    return Counter(gap.state for stream in found.values() for gap in stream)


def as_json(found: dict[str, list[Gap]]) -> str:
    """Return the report as one JSON object: target, tables (by state) and streams."""
    return json.dumps(
        {
            "database": target(),
            "tables": {state: count(found)[state] for state in STATES},
            "streams": [
                {"stream": stream, "files": STREAMS[stream], "tables": [asdict(gap) for gap in tables]}
                for stream, tables in found.items()
            ],
        },
        indent=2,
    )


def as_markdown(found: dict[str, list[Gap]]) -> str:
    """Return the report as the analysis itself is written: a table of counts, then a section a stream."""
    return "\n".join(markdown_lines(found))


def markdown_lines(found: dict[str, list[Gap]]) -> Iterator[str]:
    """Yield the lines of the report."""
    documented = sum(not set(gap.defined_in) & set(STREAM_A) for tables in found.values() for gap in tables)
    yield f"# Migration gaps of {target()}"
    yield ""
    yield f"| stream | tables | {' | '.join(STATES)} |"
    yield f"|---|--:|{'--:|' * len(STATES)}"
    everything = [gap for tables in found.values() for gap in tables]
    for stream, tables in (*found.items(), ("all", everything)):
        states = Counter(gap.state for gap in tables)
        yield f"| {stream} | {len(tables)} | {' | '.join(str(states[state]) for state in STATES)} |"
    yield ""
    yield (
        f"{documented} tables are documented column by column. Of Stream A's only the names are, "
        "so existing is all that is judged there."
    )
    for stream, tables in found.items():
        yield ""
        yield f"## {stream}"
        yield from (f"`{file}`  " for file in STREAMS[stream])
        yield ""
        for gap in tables:
            yield f"- **{gap.table}**: {gap.state}" + (
                f"; defined twice, by `{'` and `'.join(gap.defined_in)}`" if len(gap.defined_in) > 1 else ""
            )
            yield from (f"  - `{line}`" for line in gap.differences)
            yield from (f"  - only here: `{line.removesuffix(' is not expected')}`" for line in gap.additions)


if __name__ == "__main__":
    main()
