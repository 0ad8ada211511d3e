"""``ssd train``: a network learns the objects of a person's own pictures."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .data_sets.choice import FOLDER, local
from .examples import examples
from .heavy import require_keras
from .printing import write_line
from .quiet import quiet_engine
from .tracking import tell_of_run, track_option

if TYPE_CHECKING:
    from ..training.request import Request

_FOLDER = click.Path(file_okay=False, path_type=Path)
_SIGNALLED = 128
_UNITS = {"s": 1, "m": 60, "h": 3600}


class _Duration(click.ParamType[float]):
    """``90s``, ``12m`` or ``1.5h``, in seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Reads it.

        Raises:
            BadParameter: It is no duration.
        """
        text = str(value).strip().lower()
        try:
            seconds = float(text[:-1]) * _UNITS[text[-1:]]
        except (ValueError, KeyError):
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            self.fail(f"{value!r} is no time: write it as 90s, 12m or 1.5h", param, ctx)
        return seconds


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line."""

    data: Path | str | None
    out: Path | None
    config: Path | None
    validation: Path | str | None
    resume: Path | None
    time_limit: float | None
    deterministic: bool
    max_bad: str | None
    track: str

    def check(self) -> None:
        """Refuses what does not go together.

        Raises:
            UsageError: Says what does.
        """
        if self.resume is None and (self.data is None or self.out is None):
            raise click.UsageError("give --data and --out for a new run, or --resume for one begun")
        if self.resume is not None and (self.out or self.config or self.validation):
            raise click.UsageError("--resume takes all but --data from the run: leave the rest out")


@examples(
    "ssd train --data DIR --out RUN",
    "ssd train --data DIR --out RUN --config train.yaml --time-limit 10m",
    "ssd train --resume RUN",
    "ssd export RUN --precision int8 --out BUNDLE",
)
@click.command(name="train")
@click.option("--data", type=FOLDER, help="The data set, as `ssd data check` reads it, or a place.")
@click.option("--out", type=_FOLDER, help="The run's folder; it is made.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hyper-parameters; without it the embedded SSDLite is fine-tuned.",
)
@click.option("--validation", type=FOLDER, help="Another data set, to measure on.")
@click.option("--resume", type=_FOLDER, help="Go on with the run in this folder.")
@click.option(
    "--time-limit", type=_Duration(), help="End after 90s, 12m or 1.5h, with the best weights."
)
@click.option(
    "--deterministic",
    is_flag=True,
    help="The same seed gives the same weights on this machine, bit for bit; slower.",
)
@track_option
@click.option(
    "--max-bad",
    help="Bad rows that the data set may have.  [default: 1%; with --resume, as at the start]",
)
def command(**options: Any) -> None:  # noqa: ANN401 - click has checked each of them
    """Trains a network on annotated pictures.

    Writes the folder RUN: the hyper-parameters, a checkpoint after every epoch and at Ctrl-C, the
    best weights, figures, and events for TensorBoard. Keras runs on what KERAS_BACKEND names:
    tensorflow (the default) or jax.
    """
    asked = _Asked(**options)
    asked.check()
    from ..training.environment import prepare_environment

    prepare_environment(deterministic=asked.deterministic)
    require_keras()
    request = _request(asked)
    with quiet_engine() as seen:
        from ..training.run import train  # Keras: seconds, after what can fail at once
        from ..training.stopping import Stop

        ended = train(request, Stop(asked.time_limit), seen)
    state = ended.state
    best = f", best mAP {state.best:.3f} after epoch {state.best_epoch}" if state.best >= 0 else ""
    write_line(f"{ended.why}: {state.epoch} epochs in {state.seconds:.0f} s{best}")
    write_line(f"export: ssd export {request.out} --precision int8 --out BUNDLE")
    if state.epoch < request.recipe.epochs:
        write_line(f"go on: ssd train --resume {request.out}")
    tell_of_run(request.out, asked.track)
    if ended.signal is not None:
        sys.exit(_SIGNALLED + ended.signal)


def _request(asked: _Asked) -> "Request":
    from ..datasets.tolerance import USUAL, Tolerance
    from ..training.recipe import Recipe
    from ..training.recipe_file import read_recipe
    from ..training.request import Request, resumed

    tolerance = None if asked.max_bad is None else Tolerance.parse(asked.max_bad)
    data = None if asked.data is None else local(asked.data)
    if asked.resume is not None:
        return resumed(asked.resume, data, tolerance, deterministic=asked.deterministic)
    assert data is not None  # as check() saw
    assert asked.out is not None
    recipe = read_recipe(asked.config) if asked.config else Recipe()
    validation = None if asked.validation is None else local(asked.validation)
    return Request(data, asked.out, recipe, validation, tolerance or USUAL, asked.deterministic)
