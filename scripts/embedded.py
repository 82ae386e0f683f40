"""Start, stop and look at the project's own PostgreSQL, for a machine that has none."""

import functools
import shlex
from collections.abc import Callable
from pathlib import Path

import click

from scripts.shared.embedded_server import Server, server_at, shipped_binaries

STOPPED = 3  # the exit code that pg_ctl status gives


@click.group()
def main() -> None:
    """Start, stop and look at the project's own PostgreSQL (127.0.0.1 only, with a password)."""


def for_a_server(command: Callable[[Server], None]) -> Callable[..., None]:
    """Give the command its --data-dir, and turn an error of the file system into one line."""

    @click.option(
        "--data-dir",
        type=click.Path(file_okay=False, readable=False, path_type=Path),
        help="Where its files are; default: .embedded in the project.",
    )
    @functools.wraps(command)
    def wrapped(data_dir: Path | None) -> None:
        try:
            command(server_at(data_dir))
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}"
            raise click.ClickException(f"{reason}; is it another user's server?") from None

    return main.command()(wrapped)


@for_a_server
def start(server: Server) -> None:
    """Start the server, making it first where there is none; one that runs already is left alone."""
    fresh = server.start()
    click.echo(f"{'started' if fresh else 'running already'}: {place(server)}")


@for_a_server
def stop(server: Server) -> None:
    """Stop the server; its data stays."""
    click.echo("stopped" if server.stop() else "not running")


@for_a_server
def status(server: Server) -> None:
    """Say whether the server runs and how to connect; exit code 3 when it does not run."""
    if server.process() is None:
        click.echo(f"not running: {server.home}")
        raise SystemExit(STOPPED)
    click.echo(f"running: {place(server)}")
    click.echo(f"psql: {shlex.quote(str(shipped_binaries() / 'psql'))}")
    click.echo('connect: eval "$(python -m scripts.embedded env)", then that psql')


@for_a_server
def env(server: Server) -> None:
    """Print the libpq variables of the running server, for the shell to eval."""
    if server.process() is None:
        raise click.ClickException(
            f"no server runs in {server.home}; first: python -m scripts.embedded start"
        )
    for name, value in server.variables().items():
        click.echo(f"export {name}={shlex.quote(value)}")


def place(server: Server) -> str:
    """Return where the server listens and where its files are."""
    v = server.variables()
    return (
        f"{v['PGHOST']}:{v['PGPORT']}, user {v['PGUSER']}, database {v['PGDATABASE']}, files in {server.home}"
    )


if __name__ == "__main__":
    main()
