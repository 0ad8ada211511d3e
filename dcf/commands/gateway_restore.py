"""dcf gateway restore: the state of a backup where there is none."""

from pathlib import Path

import click

from ..gateway import state_dir_backup
from ..terminal.examples import examples
from ..terminal.output_failures import naming
from ..terminal.patience import patience
from ..terminal.printing import progress, write_line
from .options.gateway import home_option


@examples(
    "dcf gateway restore state.backup --home new-state",
)
@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@home_option
def restore(file: Path, home: Path) -> None:
    """Put the state of a backup into a folder that is empty."""
    with naming(home), patience(f"reading {file}"):
        count = state_dir_backup.restore(file, home, progress)
    write_line(f"{home} has {count} files of {file}")
