"""Answers as a file or folder of a format: whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import PredictionError
from .formats.port import Classes, FileFormat, FolderFormat, Format
from .pictures import Wanted
from .record import Predicted

Answers = Callable[[], Iterable[Predicted]]
"""The answers in order of the pictures; may be asked for again."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds.

    Attributes:
        objects: Objects in it.
        left_out: Objects that did not fit its limit.
        least: The least confidence in it where some did not fit, else 0.
    """

    objects: int
    left_out: int = 0
    least: float = 0.0


def check_place(form: Format, out: Path, wanted: Sequence[Wanted]) -> None:
    """Refuses, before any work, a place that the answers cannot go to.

    Raises:
        PredictionError: Something is there that would be lost, or two pictures share a name.
    """
    if isinstance(form, FileFormat):
        if out.is_dir():
            raise PredictionError(f"{out} is a folder: --out names a file in this format")
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise PredictionError(
            f"{out} is there already: --out names a new or empty folder in this format"
        )
    first: dict[str, str] = {}
    for picture in wanted:
        other = first.setdefault(form.name(picture), picture.name)
        if other != picture.name:
            raise PredictionError(
                f"{other} and {picture.name} would be answered in one file, {form.name(picture)}: "
                "rename one, or choose another --format"
            )


def write_answers(
    form: Format,
    out: Path,
    wanted: Sequence[Wanted],
    answers: Answers,
    classes: Classes,
    most_bytes: int | None,
) -> Written:
    """Writes the answers; pictures that could not be read have none.

    Args:
        form: The format.
        out: The file, or folder.
        wanted: The pictures.
        answers: Their answers.
        classes: The model's classes.
        most_bytes: Greatest size of the file: the least sure objects of all pictures are left out
            until it fits.

    Returns:
        What was written.

    Raises:
        PredictionError: Not even an empty answer fits.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".writing")
    if isinstance(form, FolderFormat):
        return _write_folder(form, out, part, wanted, answers, classes)
    kept, written = _fitting(form, wanted, answers, most_bytes)
    with part.open("wb") as file:
        file.write(form.begin)
        between, at = b"", 0
        for answer in answers():
            for entry in form.entries(wanted[answer.at], answer):
                if kept is None or kept[at]:
                    file.write(between + entry)
                    between = form.between
                at += 1
        file.write(form.end)
        file.flush()
        os.fsync(file.fileno())
    part.replace(out)
    return written


def _fitting(
    form: FileFormat, wanted: Sequence[Wanted], answers: Answers, most_bytes: int | None
) -> tuple["np.ndarray[tuple[int], np.dtype[np.bool_]] | None", Written]:
    """Which objects, in order, a file of that size has room for; None for all."""
    sizes: list[int] = []
    scores: list[float] = []
    for answer in answers():
        scores.extend(box.score for box in answer.boxes)
        if most_bytes is not None:
            sizes.extend(len(entry) for entry in form.entries(wanted[answer.at], answer))
    if most_bytes is None:
        return None, Written(len(scores))
    # The first entry has nothing before it.
    room = most_bytes - len(form.begin) - len(form.end) + len(form.between)
    if room < len(form.between):
        raise PredictionError(f"--max-bytes {most_bytes}: not even an empty answer fits")
    best = np.argsort(-np.asarray(scores), kind="stable")
    filled = np.cumsum(np.asarray(sizes, np.int64)[best] + len(form.between))
    fitting = int(np.searchsorted(filled, room, side="right"))
    if fitting == len(scores):
        return None, Written(len(scores))
    kept = np.zeros(len(scores), np.bool_)
    kept[best[:fitting]] = True
    least = scores[best[fitting - 1]] if fitting else 0.0
    return kept, Written(fitting, len(scores) - fitting, least)


def _write_folder(
    form: FolderFormat,
    out: Path,
    part: Path,
    wanted: Sequence[Wanted],
    answers: Answers,
    classes: Classes,
) -> Written:
    if part.exists():  # of a run that was killed
        shutil.rmtree(part)
    part.mkdir()
    objects = 0
    for name, content in form.others(classes):
        (part / name).write_bytes(content)
    for answer in answers():
        if not answer.error:
            file = part / form.name(wanted[answer.at])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(form.content(wanted[answer.at], answer, classes))
            objects += len(answer.boxes)
    if out.is_dir():
        out.rmdir()
    part.rename(out)
    return Written(objects)
