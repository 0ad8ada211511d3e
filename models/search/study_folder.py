"""A study's folder: what is searched, the trials' runs, and which is the best."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec

from ..datasets.files import write_whole
from .errors import BadStudy
from .search_file import Plan

_FORMAT = 1


class StudyNote(msgspec.Struct, frozen=True, kw_only=True):
    """What every worker of a study has to know.

    Attributes:
        format: Version of this format.
        experiment: First part of the trials' ids, ``EXPERIMENT-TRIAL``.
        data: The data set's folder.
        validation: Folder of the pictures to measure on; empty where the data set has them.
        max_bad: Bad rows that the data sets may have.
        trials: Trials that the study is to have, whatever became of them.
        plan: The search.
    """

    format: int = _FORMAT
    experiment: str
    data: str
    validation: str = ""
    max_bad: str = "1%"
    trials: int
    plan: Plan


class StudyFolder:
    """The files of a study.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.description = folder / "study.json"
        self.best = folder / "best.json"
        self.best_run = folder / "best"
        self.report = folder / "report.html"
        self.trials = folder / "trials"
        self.lock = folder / "study.lock"

    def run(self, trial: str) -> Path:
        """The folder of a trial's run."""
        return self.trials / trial

    def beside(self, trial: str, ending: str) -> Path:
        """A file beside a trial's run: its recipe, its log, its lock."""
        return self.trials / f"{trial}.{ending}"

    def create(self) -> None:
        """Makes the folders."""
        self.trials.mkdir(parents=True, exist_ok=True)

    def write_note(self, note: StudyNote) -> None:
        """Writes what every worker has to know."""
        write_whole(self.description, msgspec.json.format(msgspec.json.encode(note)) + b"\n")

    def note(self) -> StudyNote | None:
        """What every worker has to know; None where no study has begun.

        Raises:
            BadStudy: The file is damaged, or a newer release wrote it.
        """
        try:
            content = self.description.read_bytes()
        except FileNotFoundError:
            return None
        try:
            document = msgspec.json.decode(content)
            version = document.get("format") if isinstance(document, dict) else None
            if isinstance(version, int) and version > _FORMAT:
                raise BadStudy(
                    f"{self.description} has format {version}, this release reads {_FORMAT}: "
                    "upgrade dcf-detect to go on with this study"
                )
            return msgspec.convert(document, StudyNote)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise BadStudy(f"{self.description} is not usable: {error}") from error

    def write_best(self, best: dict[str, Any]) -> None:
        """Writes which trial is the best, and points `best` at its run."""
        write_whole(self.best, json.dumps(best, indent=2).encode() + b"\n")
        fresh = self.folder / f"best.{os.getpid()}.part"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(self.trials.name) / best["id"])
        fresh.replace(self.best_run)
