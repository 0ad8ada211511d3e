"""dcf gateway check: whether a stopped gateway's state is whole."""

from pathlib import Path

import click

from dcf.gateway.home_check import problems_of, unused


@click.command()
@click.option(
    "--home",
    envvar="DCF_HOME",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("~/.dcf"),
    show_default=True,
    help="Folder of the gateway's state.",
)
def check(home: Path) -> None:
    """Look for what is missing or damaged in a stopped gateway's state; change nothing."""
    home = home.expanduser().absolute()
    with unused(home):
        found = 0
        for found, problem in enumerate(problems_of(home), 1):  # noqa: B007 # how many there were
            click.echo(problem)
    if found:
        raise click.exceptions.Exit(1)
    click.echo(f"{home} is whole")
