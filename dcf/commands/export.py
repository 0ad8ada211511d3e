"""dcf export."""

import shlex
from dataclasses import replace
from pathlib import Path

import click

from ..config import Config, FunctionConfig, load
from ..export.targets import TARGETS, export_for, registry_notes
from ..export.writing import write
from ..packing import free_to_reach_out
from ..terminal.examples import examples
from ..terminal.printing import say, write_line
from .options.config_files import find, function_of
from .options.gateway import allow_outside_option, config_option

_FOLDER = "export"


@examples(
    "dcf export -t knative -f config.yaml",
    "dcf export hello -t cloud-run --image registry.example/hello:1 -o out",
)
@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--target",
    "-t",
    type=click.Choice(list(TARGETS)),
    required=True,
    help="; ".join(f"{name}: {row.text}" for name, row in TARGETS.items()) + ".",
)
@config_option
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to. [default: export/TARGET]",
)
@click.option("--image", default="", help="The image to name, such as one with its digest.")
@allow_outside_option
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def export(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a flag
    *,
    names: tuple[str, ...],
    target: str,
    config: str,
    out: Path | None,
    image: str,
    allow_outside: bool,
    force: bool,
) -> None:
    """Write what a platform needs to run functions of a config file: all of them, or NAMES.

    Nothing is sent anywhere: the lines printed at the end do that.
    """
    loaded = free_to_reach_out(load(find(config)), allow_outside)
    folder = out or Path(_FOLDER) / target
    functions = _with_image(_chosen(loaded, names), image)
    exported = export_for(target)(loaded, tuple(_less(each, folder) for each in functions))
    for path in _shown(write(exported, folder, force=force), exported.whole, folder):
        say(f"Wrote: {path}")
    pulled = registry_notes(functions) if TARGETS[target].pulls else ()
    for note in (*exported.notes, *pulled):
        say(f"Note: {note}.")
    say("Next:")
    for command in exported.commands:
        write_line(f"  {command.format(out=shlex.quote(str(folder)))}")


def _chosen(config: Config, names: tuple[str, ...]) -> tuple[FunctionConfig, ...]:
    return tuple(function_of(config, name) for name in names) or config.functions


def _with_image(functions: tuple[FunctionConfig, ...], image: str) -> tuple[FunctionConfig, ...]:
    if not image:
        return functions
    if len(functions) > 1:
        names = ", ".join(each.name for each in functions)
        raise click.UsageError(f"--image is of one function, and these are {names}: name one")
    return (replace(functions[0], image=image),)


def _less(function: FunctionConfig, folder: Path) -> FunctionConfig:
    """The function without earlier exports, which may lie in the folder that it is packed from."""
    root, below = function.root.resolve(), folder.resolve()
    if not below.is_relative_to(root):
        return function
    return replace(function, exclude=(*function.exclude, below.relative_to(root).as_posix()))


def _shown(paths: list[Path], whole: tuple[str, ...], folder: Path) -> list[str]:
    """The files, and for a folder that is all the export's, the folder and their count."""
    lines = []
    for name in whole:
        inside = [path for path in paths if path.is_relative_to(folder / name)]
        paths = [path for path in paths if path not in inside]
        lines.append(f"{folder / name}/ ({len(inside)} files)")
    return [*map(str, paths), *lines]
