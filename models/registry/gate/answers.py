"""What two models answer to the same pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...datasets.record import DataSet
from ...evaluation.matching import FoundIn
from ...evaluation.run import Measured, by_picture, evaluate_in_turn
from ...ssd.detector import Detector


@dataclass(frozen=True, slots=True)
class Answers:
    """One model's.

    Attributes:
        measured: Its evaluation, weak detections too.
        sure: Detections of each picture from its own threshold on: what it answers when it serves.
    """

    measured: Measured
    sure: Sequence[FoundIn]


def answer_in_turn(
    detectors: Sequence[Detector], data: DataSet, progress: Callable[[int], None]
) -> list[Answers]:
    """Shows every picture to all models before the next, and evaluates each.

    Args:
        detectors: The models.
        data: The pictures.
        progress: Called with 1 after each picture.

    Raises:
        ModelError: A picture cannot be answered, or a model shares no class with the data set.
    """
    for detector in detectors:
        detector.warm()
    measured = evaluate_in_turn(detectors, data, progress)
    return [
        Answers(figures, sure(by_picture(data, figures.found), detector.defaults.threshold))
        for detector, figures in zip(detectors, measured, strict=True)
    ]


def sure(found: Sequence[FoundIn], threshold: float) -> list[FoundIn]:
    """The detections that are answered at a threshold."""
    kept = ((each, each.scores >= threshold) for each in found)
    return [FoundIn(each.boxes[at], each.scores[at], each.columns[at]) for each, at in kept]
