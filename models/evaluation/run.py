"""Measures a detector on annotated pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from msgspec.structs import replace

from ..datasets.record import DataSet
from ..ssd.detections import Detections
from ..ssd.detector import Detector
from ..ssd.profile import Profile
from ..ssd.settings import Tiles
from .annotations import annotated_images
from .matching import FoundIn
from .precision import Found, Matches, Precision
from .summary import summarize

_THRESHOLD = 0.01
"""Precision is an average over all recalls, so that weak detections count too."""
_MAX_DETECTIONS = 100
_UNITS = 4
"""Digits of a share, as figures are told."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What an evaluation found.

    Attributes:
        numbers: COCO's twelve, 0..1, by their names; -1 where no object is of that size.
        matches: What they were averaged from, for comparisons.
        found: Detections of all pictures, in the data set's classes.
        spent_ms: Time of each picture, decoding included, one call at a time.
        inference_ms: Median time of the network alone.
        profile: What pictures and detections looked like, at the bundle's own threshold.
        unknown: Names of the data set's classes that the bundle does not know: not judged.
        by_id: Whether no name was known, so that classes were matched by id.
    """

    numbers: Mapping[str, float]
    matches: Matches
    found: Sequence[Found]
    spent_ms: Sequence[float]
    inference_ms: float
    profile: Profile
    unknown: tuple[str, ...] = ()
    by_id: bool = False

    @property
    def precision(self) -> Precision:
        """mAP, AP50 and AP75 in points."""
        return Precision(*(100 * self.numbers[name] for name in ("mAP", "AP50", "AP75")))

    @property
    def images(self) -> int:
        """Number of pictures."""
        return len(self.spent_ms)

    @property
    def latency_ms(self) -> float:
        """Median time of a picture, decoding included."""
        return median(self.spent_ms)

    def figures(self) -> dict[str, float | int]:
        """The figures by name, precision as 0..1."""
        shares = {name: round(share, _UNITS) for name, share in self.numbers.items()}
        return shares | {
            "images": self.images,
            "latency_ms": round(self.latency_ms, 2),
            "inference_ms": round(self.inference_ms, 2),
        }


def evaluate(
    detector: Detector, data: DataSet, progress: Callable[[int], None], tiles: Tiles = 1
) -> Measured:
    """Runs a detector over a data set.

    Args:
        detector: The detector, with its bundle's overlap and limits.
        data: The data set.
        progress: Called with 1 after each picture.
        tiles: In how many tiles a side each picture is looked at.

    Returns:
        The figures, of the classes that both know.

    Raises:
        DataSetError: They share no class.
        DetectorError: A picture cannot be decoded.
    """
    (measured,) = evaluate_in_turn((detector,), data, progress, tiles)
    return measured


def evaluate_in_turn(
    detectors: Sequence[Detector],
    data: DataSet,
    progress: Callable[[int], None],
    tiles: Tiles = 1,
) -> list[Measured]:
    """Runs several detectors over a data set at once, so that their times can be compared.

    Each picture goes to one after the other; who is first changes from picture to picture, because
    whoever is second finds it in the processor's cache.

    Args:
        detectors: Them.
        data: The data set.
        progress: Called with 1 after each picture.
        tiles: In how many tiles a side each picture is looked at.

    Returns:
        The figures of each, of the classes that it and the data set know.

    Raises:
        DataSetError: One shares no class with it.
        DetectorError: A picture cannot be decoded.
    """
    runs = [_Run(detector, data, tiles) for detector in detectors]
    for at, picture in enumerate(data.pictures):
        encoded = picture.file.read_bytes()
        for turn in range(len(runs)):
            runs[(at + turn) % len(runs)].answer(picture.image_id, encoded)
        progress(1)
    return [run.measured() for run in runs]


class _Run:
    """One detector's answers, as they come."""

    def __init__(self, detector: Detector, data: DataSet, tiles: Tiles) -> None:
        self._images = annotated_images(data, detector.bundle.labels)
        self._detector = detector
        self._settings = replace(
            detector.defaults,
            threshold=_THRESHOLD,
            max_detections=_MAX_DETECTIONS,
            classes=(),
            tiles=tiles,
        )
        self._profile = Profile(detector.defaults.threshold, str(tiles))
        self._found: list[Found] = []
        self._spent: list[float] = []
        self._inference: list[float] = []

    def answer(self, image_id: int, encoded: bytes) -> None:
        """Adds what it finds in a picture."""
        answer = self._detector.detect(encoded, self._settings)
        self._profile.add(answer.detections)
        self._found.extend(as_found(image_id, answer.detections, self._images.shared))
        self._spent.append(sum(answer.timings_ms.values()))
        self._inference.append(answer.timings_ms["inference"])

    def measured(self) -> Measured:
        """What came of all pictures."""
        return Measured(
            summarize(self._images, self._found),
            Matches(self._images, self._found),
            self._found,
            self._spent,
            median(self._inference),
            self._profile,
            self._images.unknown,
            self._images.by_id,
        )


def by_picture(data: DataSet, found: Sequence[Found]) -> list[FoundIn]:
    """Detections picture by picture, in the data set's order, ready to be matched."""
    columns = {class_id: column for column, class_id in enumerate(data.class_ids)}
    rows: dict[int, list[tuple[float, ...]]] = {picture.image_id: [] for picture in data.pictures}
    for each in found:
        xmin, ymin, width, height = each["bbox"]
        rows[each["image_id"]].append(
            (ymin, xmin, ymin + height, xmin + width, each["score"], columns[each["category_id"]])
        )
    tables = (
        np.array(rows[picture.image_id], np.float64).reshape(-1, 6) for picture in data.pictures
    )
    return [FoundIn(each[:, :4], each[:, 4], each[:, 5].astype(np.intp)) for each in tables]


def as_found(image_id: int, detections: Detections, shared: Mapping[int, int]) -> list[Found]:
    """Detections as COCO writes them; those of classes that are not judged are left out."""
    found = []
    for class_id, score, box in zip(
        detections.class_ids.tolist(), detections.scores, detections.boxes, strict=True
    ):
        if class_id not in shared:
            continue
        ymin, xmin, ymax, xmax = (float(edge) for edge in box)
        found.append(
            {
                "image_id": image_id,
                "category_id": shared[class_id],
                "score": float(score),
                "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
            }
        )
    return found
