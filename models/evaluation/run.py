"""Measures a detector on annotated pictures."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from ..ssd.detections import Detections
from ..ssd.detector import Detector
from ..ssd.settings import Tiles
from .annotations import AnnotatedImages
from .precision import Found, Matches, Precision
from .summary import summarize

_THRESHOLD = 0.01
"""Precision is an average over all recalls, so that weak detections count too."""
_MAX_DETECTIONS = 100
_SIZES = ("AP_small", "AP_medium", "AP_large")


@dataclass(frozen=True, slots=True)
class Measured:
    """What an evaluation found.

    Attributes:
        precision: mAP, AP50, AP75.
        matches: What they were averaged from, for comparisons.
        images: Number of pictures.
        latency_ms: Median time of one picture, decoding included, one call at a time.
        inference_ms: Median time of the network alone.
        sizes: mAP of small, medium and large objects, 0..1, by COCO's names; -1 where none is.
    """

    precision: Precision
    matches: Matches
    images: int
    latency_ms: float
    inference_ms: float
    sizes: dict[str, float]

    def figures(self) -> dict[str, float | int]:
        """The figures by name, precision as 0..1."""
        return {
            "mAP": round(self.precision.mean / 100, 4),
            "AP50": round(self.precision.at_50 / 100, 4),
            "AP75": round(self.precision.at_75 / 100, 4),
            **{name: round(value, 4) for name, value in self.sizes.items()},
            "images": self.images,
            "latency_ms": round(self.latency_ms, 2),
            "inference_ms": round(self.inference_ms, 2),
        }


def evaluate(
    detector: Detector,
    images: AnnotatedImages,
    progress: Callable[[int], None],
    tiles: Tiles = 1,
) -> Measured:
    """Runs a detector over a data set.

    Args:
        detector: The detector, with its bundle's overlap and limits.
        images: The data set.
        progress: Called with 1 after each picture.
        tiles: In how many tiles a side each picture is looked at.

    Returns:
        The figures.

    Raises:
        DetectorError: A picture cannot be decoded.
    """
    settings = replace(
        detector.defaults,
        threshold=_THRESHOLD,
        max_detections=_MAX_DETECTIONS,
        classes=(),
        tiles=tiles,
    )
    found: list[Found] = []
    spent, inference = [], []
    for image_id, path in images.files.items():
        answer = detector.detect(path.read_bytes(), settings)
        found.extend(_results(image_id, answer.detections))
        spent.append(sum(answer.timings_ms.values()))
        inference.append(answer.timings_ms["inference"])
        progress(1)
    matches, summary = Matches(images, found), summarize(images, found)
    return Measured(
        matches.precision(),
        matches,
        len(images.files),
        median(spent),
        median(inference),
        {name: summary[name] for name in _SIZES},
    )


def _results(image_id: int, detections: Detections) -> list[Found]:
    found = []
    for class_id, score, box in zip(
        detections.class_ids, detections.scores, detections.boxes, strict=True
    ):
        ymin, xmin, ymax, xmax = (float(edge) for edge in box)
        found.append(
            {
                "image_id": image_id,
                "category_id": int(class_id),
                "score": float(score),
                "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
            }
        )
    return found
