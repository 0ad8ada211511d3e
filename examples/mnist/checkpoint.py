"""How far a run is, kept in a file so that it can go on after whatever ended it."""

import json
import time
from dataclasses import asdict, dataclass, replace

from .digits import DigitsError

EVERY_SECONDS = 20.0


@dataclass(frozen=True)
class Plan:
    """What is to be done. A run goes on under the plan it began with, but for `epochs`."""

    epochs: int
    batch: int
    rate: float
    seed: int
    digits: str  # the digest of all digits there are
    learnt: int  # how many of them are learnt from
    hidden: int = 64  # width of the dense layer before the last


@dataclass(frozen=True)
class Place:
    """How far a run is: epochs that are done, and steps of the next one."""

    epoch: int = 0
    step: int = 0


class Checkpoint:
    """One file with the learner's state, its plan and its place; replaced as a whole."""

    def __init__(self, file, plan):
        self.plan = plan
        self._file = file
        self._saved = time.monotonic()

    def resume(self, learner):
        """Puts the learner where the last run ended, and tells that place.

        Raises:
            DigitsError: The checkpoint is of another plan, or cannot be read.
        """
        if not self._file.is_file():
            return Place()
        try:
            told = json.loads(learner.restore(self._file))
            before, place = Plan(**told["plan"]), Place(**told["place"])
        except Exception as fault:  # each framework has its own ways of failing
            raise DigitsError(
                f"{self._file} cannot be read ({fault}): delete it to begin anew"
            ) from fault
        theirs, ours = asdict(replace(before, epochs=self.plan.epochs)), asdict(self.plan)
        for name, value in ours.items():
            if theirs[name] != value:
                raise DigitsError(
                    f"{self._file} is of a run with {name} {theirs[name]}, not {value}: go on with "
                    "that, delete it, or name another --out"
                )
        return place

    def save_now_and_then(self, learner, place):
        """Saves when the last time is a while ago."""
        if time.monotonic() - self._saved >= EVERY_SECONDS:
            self.save(learner, place)

    def save(self, learner, place):
        """Saves, whole or not at all."""
        told = json.dumps({"plan": asdict(self.plan), "place": asdict(place)})
        partial = self._file.with_suffix(".partial")
        learner.save(partial, told)
        partial.replace(self._file)
        self._saved = time.monotonic()


def write_whole(file, data):
    """Writes a file so that it is there whole or not at all."""
    partial = file.with_name(file.name + ".partial")
    partial.write_bytes(data)
    partial.replace(file)
