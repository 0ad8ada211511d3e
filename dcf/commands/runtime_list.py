"""dcf runtime list."""

import click

from dcf.templates import runtimes


@click.command()
def runtime_list() -> None:
    """List the runtimes there are templates for."""
    click.echo("Supported Runtimes are:")
    for name in runtimes():
        click.echo(f"- {name}")
    click.echo()
