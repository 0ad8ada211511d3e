"""``ssd data``: annotated pictures, made, looked at, divided."""

import click

from .data_sets import check, make, pull, push, show, split, stats, unpack
from .examples import examples


@examples(
    "ssd data make digits --count 2000 --out digits/train",
)
@click.group(name="data")
def command() -> None:
    """Unpacks, makes, checks, counts, divides, shows and shares annotated pictures."""


command.add_command(check.command, "check")
command.add_command(make.command, "make")
command.add_command(pull.command, "pull")
command.add_command(push.command, "push")
command.add_command(show.command, "show")
command.add_command(split.command, "split")
command.add_command(stats.command, "stats")
command.add_command(unpack.command, "unpack")
