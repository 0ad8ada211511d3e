"""dcf gateway check: whether a stopped gateway's state is whole."""

from pathlib import Path

import click

from dcf.commands.gateway_option import home_option
from dcf.commands.printing import write_line
from dcf.gateway.home_check import problems_of, unused


@click.command()
@home_option
def check(home: Path) -> None:
    """Look for what is missing or damaged in a stopped gateway's state; change nothing."""
    with unused(home):
        found = 0
        for found, problem in enumerate(problems_of(home), 1):  # noqa: B007 # how many there were
            write_line(problem)
    if found:
        raise click.exceptions.Exit(1)
    write_line(f"{home} is whole")
