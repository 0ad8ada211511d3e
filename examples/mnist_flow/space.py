"""What a search tries, written as for `ssd search`: ranges of the options of training."""

from typing import Annotated

import msgspec

from models.search.search_file import Objective, Plan
from models.search.space import Range
from models.search.study_folder import StudyNote
from models.training.recipe_file import read_map, read_table

from .record import FlowError

_Positive = Annotated[float, msgspec.Meta(gt=0)]
_Count = Annotated[int, msgspec.Meta(ge=1)]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What all trials have in common, and what is tried first.

    Attributes:
        framework: `tensorflow` or `torch`.
        epochs: Of each trial.
        rate: Learning rate.
        batch: Digits a step.
        hidden: Width of the dense layer before the last.
    """

    framework: str
    epochs: _Count
    rate: _Positive = 0.001
    batch: _Count = 64
    hidden: _Count = 64


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """The options that a search may vary; those that are left out stay as they are."""

    rate: Range | None = None
    batch: Range | None = None
    hidden: Range | None = None


def note_of(options, digest):
    """The search that main.py's options ask for; other digits make another one.

    Args:
        options: `out`, `framework`, `trials`, `epochs` and `space`.
        digest: SHA-256 of all digits.

    Raises:
        FlowError: A range cannot be, or an option; names it.
        BadRecipe: The file of ranges is none; names the key.
    """
    if options.trials < 1 or options.epochs < 1:
        raise FlowError("--trials and --epochs must be 1 at least")
    base = Options(framework=options.framework, epochs=options.epochs)
    return StudyNote(
        experiment=f"{options.framework}-{digest[:6]}",
        data=str(options.out / "data"),
        trials=options.trials,
        plan=Plan(base=base, space=_read(options.space, base), objective=Objective()),
    )


def _read(file, base):
    given = msgspec.structs.asdict(read_table(read_map(file), Space, str(file)))
    space = {name: wanted for name, wanted in given.items() if wanted is not None}
    if not space:
        raise FlowError(f"{file} is empty: give a range for one of {', '.join(given)} at least")
    for name, wanted in space.items():
        if trouble := wanted.fault():
            raise FlowError(f"{file}: {name}: {trouble}")
        for value in wanted.probes():
            _check(base, name, value, file)
    return space


def _check(base, name, value, file):
    try:
        msgspec.convert(msgspec.to_builtins(base) | {name: value}, Options)
    except msgspec.ValidationError as fault:
        raise FlowError(f"{file}: {name}: {value!r} cannot be: {fault}") from fault
