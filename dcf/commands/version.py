"""dcf version."""

import click

from .. import __version__
from ..terminal.printing import write_line


@click.command()
def version() -> None:
    """Print the version."""
    write_line(f"Version: {__version__}")
