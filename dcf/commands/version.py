"""dcf version."""

import click

from dcf import __version__


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(f"Version: {__version__}")
