"""dcf version."""

import platform

import click

from .. import __version__
from ..terminal.examples import examples
from ..terminal.printing import write_line


@examples(
    "dcf version",
)
@click.command()
def version() -> None:
    """Print the version."""
    write_line(f"Version: {__version__}")


def both_versions() -> None:
    """Print this command's version and Python's: what a report of a fault needs to say."""
    write_line(f"dcf {__version__}, Python {platform.python_version()}")
