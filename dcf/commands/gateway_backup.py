"""dcf gateway backup: a stopped gateway's state as one file."""

from pathlib import Path

import click

from ..gateway.state_dir_backup import back_up
from ..terminal.examples import examples
from ..terminal.output_failures import naming
from ..terminal.patience import patience
from ..terminal.printing import progress, write_line
from .options.gateway import home_option


@examples(
    "dcf gateway backup state.backup",
    "dcf gateway backup state.backup --home /var/lib/dcf",
)
@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
def backup(file: Path, home: Path) -> None:
    """Write a stopped gateway's state, secrets included, into FILE."""
    with naming(file), patience(f"writing {file}"):
        count = back_up(home, file, progress)
    write_line(f"{file} has {count} files of {home}; it holds secrets: keep it to yourself")
