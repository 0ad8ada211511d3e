"""dcf runtime list."""

from pathlib import Path

import click

from ..templates import OWN_FOLDER, templates
from ..terminal.examples import examples
from ..terminal.printing import write_json, write_line
from .options.gateway import json_option


@examples(
    "dcf runtime list",
    "dcf runtime list -d my-runtimes --json",
)
@click.command()
@click.option(
    "--dir",
    "-d",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=OWN_FOLDER,
    show_default=True,
    help="Folder of runtimes of your own.",
)
@json_option
def runtime_list(directory: Path, as_json: bool) -> None:
    """List the runtimes there are templates for."""
    found = templates(directory)
    if as_json:
        write_json([{"name": each.name, "summary": each.summary} for each in found])
        return
    write_line("Supported Runtimes are:")
    for each in found:
        write_line(f"- {each.name}")
    write_line()
