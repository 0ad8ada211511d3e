"""``--track``, for verbs that tell a tracking server what they did."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from .printing import write_note

track_option = click.option(
    "--track",
    envvar="MLFLOW_TRACKING_URI",
    default="",
    help="MLflow server to tell of it when it is done.  [default: MLFLOW_TRACKING_URI]",
)


def tell_of_run(run: Path, uri: str) -> None:
    """Tells a server of a run, where one is named."""
    from ..training.tracking import track

    _tell(uri, lambda: track(run, uri))


def tell_what_was_made(
    run: Path, uri: str, tags: Mapping[str, str], figures: Mapping[str, object]
) -> None:
    """Tells a server what was made of a run, where one is named and has that run."""
    from ..training.tracking import track_made

    _tell(uri, lambda: track_made(run, uri, tags, figures))


def _tell(uri: str, told: Callable[[], str]) -> None:
    if uri:
        wrong = told()
        write_note(f"not tracked: {wrong}" if wrong else f"tracked: {uri}")
