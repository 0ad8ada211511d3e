"""dcf version."""

import click

from dcf import __version__
from dcf.commands.printing import write_line


@click.command()
def version() -> None:
    """Print the version."""
    write_line(f"Version: {__version__}")
