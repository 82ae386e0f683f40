"""Write a made-up bundle with everything that the project is there to deal with."""

from pathlib import Path

import click

from scripts.demo import network, observations, streams
from scripts.demo.bundle import Tables, write_bundle
from scripts.demo.members import member_tables, members_of


def tables_of(seed: int) -> Tables:
    """Return every table of the bundle, in the order in which foreign keys need them."""
    members = members_of(seed)
    return {
        **member_tables(seed, members),
        "metric_observations": observations.observation_rows(seed, members),
        **network.tables_of(seed, members),
        **streams.tables_of(seed, members),
    }


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=1, show_default=True, help="Another number gives another network.")
def main(directory: Path, seed: int) -> None:
    """Write a made-up bundle of some 600 organisations into DIRECTORY (`python -m scripts.load` reads it)."""
    tables = tables_of(seed)
    try:
        write_bundle(directory.resolve(), tables, {"metric_observations": observations.BROKEN})
    except OSError as error:
        raise click.ClickException(f"{error.filename or directory}: {error.strerror}") from None
    rows = sum(map(len, tables.values())) + len(observations.BROKEN)
    click.echo(f"{directory}: {len(tables)} files, {rows:,} rows, seed {seed}")


if __name__ == "__main__":
    main()
