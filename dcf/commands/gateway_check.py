"""dcf gateway check: whether a stopped gateway's state is whole."""

from pathlib import Path

import click

from ..gateway.state_dir_check import problems_of, unused
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_line
from .options.gateway import home_option


@examples(
    "dcf gateway check",
    "dcf gateway check --home /var/lib/dcf",
)
@click.command()
@home_option
def check(home: Path) -> None:
    """Look for what is missing or damaged in a stopped gateway's state; change nothing."""
    with unused(home):
        found = 0
        with patience(f"reading {home}"):
            for found, problem in enumerate(problems_of(home), 1):  # noqa: B007 # how many there were
                write_line(problem)
    if found:
        raise click.exceptions.Exit(1)
    write_line(f"{home} is whole")
