"""A trial's training: begun or gone on with, watched epoch by epoch, judged at its end."""

import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..training.recipe_file import format_recipe
from ..training.run_folder import RunFolder
from .child import Child
from .space import with_values
from .study import Claim, Study

_LOOKS_S = 0.5
_ROOT = (__package__ or "").rpartition(".")[0]
PROGRAM = (sys.executable, "-m", f"{_ROOT}.commands")
"""What trains and exports: the `ssd` of this very installation."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a trial's training.

    Attributes:
        fate: ``complete``, ``pruned``, ``fail``, or ``stopped`` where it can be gone on with.
        value: The objective.
        why: Of one that failed, in a line.
    """

    fate: str
    value: float | None = None
    why: str = ""


class TrialRun:
    """The programs of one trial.

    Args:
        study: Its study.
        claim: The trial.
        stopping: Whether the search is to end.
        tell: Gets a line for a person now and then.
        program: What trains and exports.
        threads: Threads of each program; 0 for as many as it likes.
    """

    def __init__(  # pylint: disable=too-many-arguments # all of them are its own
        self,
        study: Study,
        claim: Claim,
        stopping: Callable[[], bool],
        tell: Callable[[str], None],
        *,
        program: tuple[str, ...] = PROGRAM,
        threads: int = 0,
    ) -> None:
        self._study, self._claim, self._stopping, self._tell = study, claim, stopping, tell
        self._program = program
        self._limits = {"TF_NUM_INTRAOP_THREADS": str(threads)} if threads else {}
        self._run = RunFolder(study.folder.run(claim.id))
        self._epochs = claim.values.get("epochs", study.note.plan.base.epochs)
        self._told = 0
        self._passed = ""

    def train(self) -> Ended:
        """Trains to the end, or until the trial is pruned or the search is stopped."""
        with self._child(self._arguments()) as child:
            status = None
            while status is None:
                status = child.wait(_LOOKS_S)
                if self._watch():
                    child.stop()
                    return Ended("pruned")
                if status is None and self._stopping():
                    self._tell(f"{self._claim.id}: ends after the step it is at")
                    child.stop()
                    return Ended("stopped")
                self._pass_on(child.last_line())
            if status:
                return Ended("fail", why=child.reason(status))
        return self._judged()

    def latency(self, precision: str) -> tuple[float | None, str]:
        """Milliseconds of a picture by the trial's bundle, or why there are none."""
        bundle = self._study.folder.beside(self._claim.id, "bundle")
        shutil.rmtree(bundle, ignore_errors=True)
        cache = self._study.folder.beside(self._claim.id, "cache")
        asked = ("export", str(self._run.folder), "--precision", precision, "--out", str(bundle),
                 "--cache", str(cache))  # fmt: skip
        with self._child(asked) as child:
            status = None
            while status is None:
                status = child.wait(_LOOKS_S)
                if self._stopping():
                    return None, ""
            if status:
                return None, f"export: {child.reason(status)}"
        measured = json.loads((bundle / "manifest.json").read_text())["metrics"]
        return float(measured["latency_ms"]), ""

    def _child(self, asked: tuple[str, ...]) -> Child:
        log = self._study.folder.beside(self._claim.id, "log")
        return Child((*self._program, *asked), log, self._claim.lock.fileno(), self._limits)

    def _arguments(self) -> tuple[str, ...]:
        note = self._study.note
        common = ("--data", note.data, "--max-bad", note.max_bad)
        if self._run.checkpoint.exists():
            return ("train", "--resume", str(self._run.folder), *common)
        if self._run.folder.exists():  # its worker ended before the first checkpoint
            shutil.rmtree(self._run.folder)
        recipe = self._study.folder.beside(self._claim.id, "yaml")
        values = self._claim.values
        recipe.write_text(format_recipe(with_values(note.plan.base, values, self._claim.id)))
        asked = ("train", "--out", str(self._run.folder), "--config", str(recipe), *common)
        return (*asked, "--validation", note.validation) if note.validation else asked

    def _watch(self) -> bool:
        """Reports what is new; says whether the trial is to end."""
        name = self._study.note.plan.objective.maximize
        rows = list(_figures(self._run.figures))
        for row in rows[self._told :]:
            self._told += 1
            value = row.get(name)
            if value is None:
                continue
            self._tell(f"{self._claim.id}: epoch {row['epoch']}, {name} {value:.3f}")
            behind = self._study.report(self._claim, int(row["epoch"]), value)
            if behind and row["epoch"] < self._epochs:
                return True
        return False

    def _pass_on(self, line: str) -> None:
        """Tells how far an epoch is, as `ssd train` says it now and then."""
        if line.endswith(" left") and line != self._passed:
            self._passed = line
            self._tell(f"{self._claim.id}: {line}")

    def _judged(self) -> Ended:
        name = self._study.note.plan.objective.maximize
        values = [row[name] for row in _figures(self._run.figures) if name in row]
        if not values:
            return Ended("fail", why=f"no {name} was measured: the data set has nothing for it")
        best = max(values)
        if not math.isfinite(best):
            return Ended("fail", why=f"{name} is {best}")
        return Ended("complete", best)


def _figures(file: Path) -> Iterator[Mapping[str, Any]]:
    """Whole lines of a run's figures: the last one may be half written."""
    if file.is_file():
        for line in file.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)


def threads_each(workers: int) -> int:
    """Threads of each of several workers; 0 for one, which has all."""
    return max(1, (os.cpu_count() or 1) // workers) if workers > 1 else 0
