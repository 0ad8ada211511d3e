"""``ssd data``: annotated pictures, made, looked at, divided."""

import click

from .data_sets import make


@click.group(
    name="data",
    epilog="\b\nExamples:\n  ssd data make digits --count 2000 --out digits/train",
)
def command() -> None:
    """Makes, checks, counts, divides and shows annotated pictures."""


command.add_command(make.command)
