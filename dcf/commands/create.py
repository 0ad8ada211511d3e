"""dcf function create, also called deploy."""

from pathlib import Path

import click

from dcf.commands.gateway_option import client_for, gateway_option
from dcf.commands.release import Plan, release
from dcf.config import load


@click.command()
@click.option(
    "--config",
    "-f",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The functions' config file.",
)
@click.option(
    "--verbose",
    "--deployverbose",
    "--buildverbose",
    "-v",
    is_flag=True,
    help="Name the files packed.",
)
@click.option(
    "--update/--no-update", default=True, help="Update functions that are there. [default: yes]"
)
@click.option("--replace", is_flag=True, help="Delete functions first; needs --no-update.")
@gateway_option
def create(config: Path, verbose: bool, update: bool, replace: bool, gateway: str) -> None:
    """Pack the functions of a config file, deploy them and wait until they are ready."""
    if update and replace:
        raise click.UsageError('one of "--update" flag or "--replace" flag must be false')
    loaded = load(config)
    client = client_for(gateway, loaded.gateway)
    plan = Plan(say, say if verbose else silent, replace=replace, update=update)
    for function in loaded.functions:
        release(client, function, plan)
        click.echo(f"http trigger url: {_trigger(client.address)}/function/{function.name}")


def say(line: str) -> None:
    """Write a line, blue on a terminal as the original does."""
    click.secho(line, fg="blue")


def silent(_line: str) -> None:
    """Write nothing."""


def _trigger(address: str) -> str:
    return address if "://" in address else f"http://{address}"
