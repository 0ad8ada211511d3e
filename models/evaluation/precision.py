"""Average precision as COCO defines it, computed by pycocotools; and how sure a difference is."""

import contextlib
import copy
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools.cocoeval import COCOeval

from .annotations import AnnotatedImages
from .resampling import Judged

_MAX_DETECTIONS = 100
LEVEL = 0.90
"""Share of the bootstrap's results inside its interval."""

Found = dict[str, Any]
"""A detection as COCO writes it: image_id, category_id, score, bbox (x, y, width, height)."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Figures of one evaluation, in points (0..100).

    Attributes:
        mean: mAP: mean over classes and overlaps 0.50, 0.55, ... 0.95.
        at_50: AP50: at overlap 0.50.
        at_75: AP75: at overlap 0.75.
    """

    mean: float
    at_50: float
    at_75: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference of mAP, in points, with its interval of 90 %.

    Attributes:
        difference: On all images.
        low: Lower end.
        high: Upper end.
        samples: How many times the images were drawn anew.
    """

    difference: float
    low: float
    high: float
    samples: int


class Matches:
    """Detections matched with annotations, image by image, ready to be averaged over any images."""

    def __init__(self, images: AnnotatedImages, found: list[Found]) -> None:
        evaluation = _Evaluation(images.coco, results_of(images, found), "bbox")
        evaluation.params.areaRng = evaluation.params.areaRng[:1]
        evaluation.params.areaRngLbl = evaluation.params.areaRngLbl[:1]
        evaluation.params.maxDets = [_MAX_DETECTIONS]
        evaluation.params.imgIds = list(images.files)
        with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
            evaluation.evaluate()
        self._evaluation = evaluation
        self._classes = len(evaluation.params.catIds)
        self._matches = np.empty(len(evaluation.evalImgs), object)
        self._matches[:] = evaluation.evalImgs
        self.count = len(images.files)
        self.class_ids: tuple[int, ...] = tuple(evaluation.params.catIds)

    def judged(self) -> list[Judged]:
        """Every class, in order of ``class_ids``, ready to be drawn from in one pass."""
        rows = self._matches.reshape(self._classes, self.count)
        overlaps = len(self._evaluation.params.iouThrs)
        return [_judged(list(row), overlaps) for row in rows]

    def precision(self, drawn: npt.NDArray[np.intp] | None = None) -> Precision:
        """Averages over all images, or over those drawn.

        Args:
            drawn: Positions of images in order of id, repeats allowed; all when None.

        Returns:
            The figures.
        """
        positions = np.arange(self.count) if drawn is None else drawn
        evaluation = copy.copy(self._evaluation)
        evaluation.params = copy.copy(self._evaluation.params)
        evaluation.params.imgIds = list(range(len(positions)))
        evaluation._paramsEval = evaluation.params  # noqa: SLF001  # pylint: disable=protected-access  # how evaluate() hands over
        evaluation.evalImgs = list(
            self._matches.reshape(self._classes, self.count)[:, positions].reshape(-1)
        )
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation.accumulate()
        values = evaluation.eval["precision"]  # [overlap, recall, class, 1, 1]; -1: class is absent
        return Precision(_mean(values), _mean(values[0]), _mean(values[5]))


def paired_bootstrap(
    ours: Matches, theirs: Matches, samples: int, progress: Callable[[int], None]
) -> Interval:
    """How far mAP differs between two detectors on the same images (Efron's percentile interval).

    Args:
        ours: Matches of one detector.
        theirs: Matches of the other, on the same images.
        samples: How many times the images are drawn anew, with replacement.
        progress: Called with 1 after each draw.

    Returns:
        ``ours`` minus ``theirs``.
    """
    random = np.random.default_rng(0)
    differences = []
    for _ in range(samples):
        drawn = random.integers(0, ours.count, ours.count)
        differences.append(ours.precision(drawn).mean - theirs.precision(drawn).mean)
        progress(1)
    tail = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(differences, [tail, 100 - tail])
    return Interval(
        ours.precision().mean - theirs.precision().mean, float(low), float(high), samples
    )


def _judged(row: list[dict[str, Any] | None], overlaps: int) -> Judged:
    """One class from what the library says of each picture; None is a picture without either."""
    objects = np.zeros(len(row), np.int32)
    scores, pictures = [np.empty(0)], [np.empty(0, np.intp)]
    hits, ignored = ([np.empty((overlaps, 0), np.bool_)] for _ in range(2))
    for at, each in enumerate(row):
        if each is not None:
            objects[at] = np.count_nonzero(~np.asarray(each["gtIgnore"], np.bool_))
            scores.append(np.asarray(each["dtScores"], np.float64))
            pictures.append(np.full(len(each["dtScores"]), at, np.intp))
            hits.append(np.asarray(each["dtMatches"]) > 0)
            ignored.append(np.asarray(each["dtIgnore"]) > 0)
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return Judged(
        np.concatenate(pictures)[order],
        np.concatenate(hits, axis=1)[:, order],
        np.concatenate(ignored, axis=1)[:, order],
        objects,
    )


class _Evaluation(COCOeval):  # type: ignore[misc]  # the library is untyped
    """COCO's evaluation, which leaves out what VOC calls difficult, too."""

    def _prepare(self) -> None:
        super()._prepare()
        for annotated in self._gts.values():
            for each in annotated:
                each["ignore"] = int(each["ignore"] or each.get("difficult", 0))


def results_of(images: AnnotatedImages, found: list[Found]) -> Any:  # noqa: ANN401  # untyped library
    """The detections as the library takes them; it cannot read an empty list itself."""
    with contextlib.redirect_stdout(io.StringIO()):
        if found:
            return images.coco.loadRes(found)
        empty = copy.deepcopy(images.coco)  # loadRes cannot read an empty list
        empty.dataset["annotations"] = []
        empty.createIndex()
        return empty


def _mean(values: npt.NDArray[np.float64]) -> float:
    known = values[values > -1]
    return float(known.mean() * 100) if known.size else 0.0
