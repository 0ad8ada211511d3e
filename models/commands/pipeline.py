"""``ssd pipeline``: data, training, evaluation, gate, and what comes after, by one file."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .examples import examples
from .printing import write_line, write_note
from .registry_place import open_registry

if TYPE_CHECKING:
    from ..pipeline.description import Pipeline
    from ..pipeline.machine import Wish
    from ..pipeline.state import StateFolder

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@examples("ssd pipeline check pipeline.yaml", "ssd pipeline run pipeline.yaml")
@click.group(name="pipeline")
def command() -> None:
    """Runs verbs of `ssd` one after the other, and only those whose inputs have changed."""


@examples(
    "ssd pipeline run pipeline.yaml",
    "ssd pipeline run pipeline.yaml --again train",
    "ssd pipeline run pipeline.yaml --keep train --state work",
)
@command.command()
@click.argument("file", type=_FILE)
@click.option("--again", multiple=True, metavar="STEP", help="Run this step in any case.")
@click.option(
    "--keep",
    multiple=True,
    metavar="STEP",
    help="Take what this step made, though its inputs have changed.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the state, the logs and the page.  [default: FILE.run beside FILE]",
)
def run(file: Path, again: tuple[str, ...], keep: tuple[str, ...], state: Path | None) -> None:
    """Runs the steps of FILE that are not done, or whose inputs have changed.

    A step that was killed is gone on with. What happened is in page.html and record.json of the
    state's folder, what each step said in its logs.
    """
    from ..pipeline.child import verb_command
    from ..pipeline.run import Tools, run_pipeline
    from .verb_options import options_of

    pipeline, folder = _read(file), _folder(file, state)
    tools = Tools(verb_command(f"{__package__}"), options_of, open_registry, write_note)
    finished = run_pipeline(pipeline, folder, _wishes(pipeline, again, keep), tools)
    write_note(f"{folder.page}: what happened, open it in a browser")
    if finished.failed is None:
        write_line(f"{file}: {len(pipeline.steps)} steps, all done")
        return
    failed = finished.failed
    said = (failed.noted or failed.said or "nothing").splitlines()[-1]
    how = "was stopped" if finished.code > 1 else f"ended with {failed.code} and said: {said}"
    write_note(
        f"Error: step {failed.name} {how}. `ssd pipeline run {file}` goes on there; all that it "
        f"said is in {folder.log_of(failed.name)}"
    )
    sys.exit(finished.code)


@examples("ssd pipeline check pipeline.yaml")
@command.command()
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Reads FILE, compares every step with its verb, and runs nothing."""
    steps = _read(file).steps
    write_line(f"{file}: {len(steps)} steps: {', '.join(step.name for step in steps)}")


def _read(file: Path) -> "Pipeline":
    from ..pipeline.reading import read_pipeline
    from .verb_options import options_of

    return read_pipeline(file, options_of)


def _folder(file: Path, state: Path | None) -> "StateFolder":
    from ..pipeline.state import StateFolder

    return StateFolder(state or file.with_name(f"{file.stem}.run"))


def _wishes(pipeline: "Pipeline", again: Iterable[str], keep: Iterable[str]) -> "dict[str, Wish]":
    from ..pipeline.machine import Wish

    wishes = dict.fromkeys(keep, Wish.KEEP) | dict.fromkeys(again, Wish.AGAIN)
    known = [step.name for step in pipeline.steps]
    for name in wishes:
        if name not in known:
            raise click.UsageError(f"{name!r} is no step of it: {', '.join(known)}")
    return wishes
