"""Measures a candidate beside the model that serves, on the same pictures, in one run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from ...datasets.digest import picture_mark
from ...datasets.narrowing import only_classes
from ...datasets.record import DataSet
from ...evaluation.precision import Matches
from ...evaluation.resampling import OneSided, paired_draws
from ...ssd.detector import Detector
from ..errors import RegistryError
from .answers import Answers, answer_in_turn
from .bad_inputs import strange_answers
from .contestants import Contestant
from .golden import golden_pictures
from .rules import Rules
from .sides import side_of
from .verdict import Bound, Compared

Progress = Callable[[str, int], None]
"""Called with the name of the things that are counted, and how many more are done."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be measured.

    Attributes:
        candidate: Who wants to serve.
        serving: Who does; None where nobody does.
        data: The pictures.
        rules: Their confidences are needed.
        golden: Pictures that a person chose; None for the data set's own.
        samples: Draws of the bootstrap.
    """

    candidate: Contestant
    serving: Contestant | None
    data: DataSet
    rules: Rules
    golden: DataSet | None = None
    samples: int = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        compared: What the rules are held against.
        data: The pictures, in the classes that were judged.
        ours: The candidate's answers.
        theirs: The serving model's; None where there is none to compare with.
        note: What a reader has to know; may be empty.
    """

    compared: Compared
    data: DataSet
    ours: Answers
    theirs: Answers | None
    note: str = ""


def measure(task: Task, progress: Progress) -> Outcome:
    """Measures all that the rules ask for.

    Args:
        task: What is to be measured.
        progress: Called as it goes on.

    Returns:
        The figures and the answers.

    Raises:
        ModelError: A model or the data set cannot be used.
    """
    candidate = Detector(task.candidate.folder, pool_size=1)
    serving = None if task.serving is None else Detector(task.serving.folder, pool_size=1)
    note = "" if serving is None else _incomparable(candidate, serving)
    if serving is None or note:
        (ours,) = answer_in_turn((candidate,), task.data, lambda more: progress("pictures", more))
        return Outcome(_alone(task, candidate, ours, task.data), task.data, ours, None, note)
    data = only_classes(task.data, _names(serving))
    both = candidate, serving
    ours, theirs = answer_in_turn(both, data, lambda more: progress("pictures", more))
    compared = _beside(task, _alone(task, candidate, ours, data), data, (ours, theirs), progress)
    name = task.serving.name if task.serving else ""
    compared = msgspec.structs.replace(
        compared, serving=side_of(name, serving, theirs.measured, data)
    )
    return Outcome(_with_golden(task, compared, both, (data, ours, theirs)), data, ours, theirs)


def _incomparable(candidate: Detector, serving: Detector) -> str:
    """Why two models are not compared; empty where they are."""
    lost = sorted(_names(serving) - _names(candidate))
    if not lost:
        return ""
    return (
        f"the candidate does not know {len(lost)} classes of the model that serves, such as "
        f"{lost[0]!r}: it is judged as a first model, by floors"
    )


def _names(detector: Detector) -> frozenset[str]:
    return frozenset(name.casefold() for name in detector.bundle.labels.names)


def _alone(task: Task, candidate: Detector, ours: Answers, data: DataSet) -> Compared:
    marks = task.candidate.learnt_from
    seen = () if marks is None else tuple(
        each.name for each in task.data.pictures if picture_mark(each.file) in marks
    )  # fmt: skip
    return Compared(
        candidate=side_of(task.candidate.name, candidate, ours.measured, data),
        data_known=marks is not None,
        seen=seen,
        answers_bad_input=tuple(strange_answers(candidate)),
    )


def _beside(
    task: Task,
    compared: Compared,
    data: DataSet,
    answers: tuple[Answers, Answers],
    progress: Progress,
) -> Compared:
    ours, theirs = (each.measured.matches for each in answers)
    overall, classes = bounds_of(data, (ours, theirs), task.rules, task.samples, progress)
    return msgspec.structs.replace(compared, overall=overall, classes=classes)


def bounds_of(
    data: DataSet,
    matches: tuple[Matches, Matches],
    rules: Rules,
    samples: int,
    progress: Progress,
) -> tuple[Bound, dict[str, Bound]]:
    """How far precision differs, at the confidences of the rules.

    Args:
        data: The pictures.
        matches: The candidate's detections, and the serving model's.
        rules: The confidences.
        samples: Draws of the bootstrap.
        progress: Called after each class.

    Returns:
        The whole, and each class that has an object, by name.

    Raises:
        RegistryError: They were judged by different classes.
    """
    ours, theirs = matches
    if ours.class_ids != theirs.class_ids:
        raise RegistryError(
            "the models number the data set's classes differently and know none of their names: "
            "name its classes as the models do"
        )
    draws = paired_draws(
        ours.judged(), theirs.judged(), samples, lambda more: progress("classes", more)
    )
    objects = _objects(data)
    names = dict(zip(data.class_ids, data.names, strict=True))
    classes = {
        names[class_id]: _bound(
            draws.of_class(at, rules.classes.confidence), objects.get(class_id, 0)
        )
        for at, class_id in enumerate(ours.class_ids)
        if objects.get(class_id, 0)
    }
    return _bound(draws.overall(rules.overall.confidence), sum(objects.values())), classes


def _bound(found: OneSided, objects: int) -> Bound:
    return Bound(difference=found.difference, low=found.low, high=found.high, objects=objects)


def _objects(data: DataSet) -> dict[int, int]:
    """Objects that are judged by, by id of their class."""
    columns = [np.empty(0, np.intp), *(each.columns[each.judged] for each in data.pictures)]
    counts = np.bincount(np.concatenate(columns), minlength=len(data.names)).tolist()
    return dict(zip(data.class_ids, counts, strict=True))


def _with_golden(
    task: Task,
    compared: Compared,
    both: Sequence[Detector],
    known: tuple[DataSet, Answers, Answers],
) -> Compared:
    """Chosen pictures are answered anew; those of the data set have been."""
    data, ours, theirs = known
    if task.golden is not None:
        data = only_classes(task.golden, _names(both[1]))
        ours, theirs = answer_in_turn(both, data, lambda _more: None)
    golden = golden_pictures(data, ours.sure, theirs.sure)
    return msgspec.structs.replace(
        compared,
        golden=golden.count,
        golden_lost=golden.lost,
        golden_won=golden.won,
        golden_chosen=task.golden is not None,
    )
