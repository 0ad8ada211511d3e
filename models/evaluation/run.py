"""Measures a detector on annotated pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import median

from ..datasets.record import DataSet
from ..ssd.detections import Detections
from ..ssd.detector import Detector
from .annotations import annotated_images
from .precision import Found, Matches, Precision

_THRESHOLD = 0.01
"""Precision is an average over all recalls, so that weak detections count too."""
_MAX_DETECTIONS = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """What an evaluation found.

    Attributes:
        precision: mAP, AP50, AP75.
        matches: What they were averaged from, for comparisons.
        images: Number of pictures.
        latency_ms: Median time of one picture, decoding included, one call at a time.
        inference_ms: Median time of the network alone.
        unknown: Names of the data set's classes that the bundle does not know: not judged.
        by_id: Whether no name was known, so that classes were matched by id.
    """

    precision: Precision
    matches: Matches
    images: int
    latency_ms: float
    inference_ms: float
    unknown: tuple[str, ...] = ()
    by_id: bool = False

    def figures(self) -> dict[str, float | int]:
        """The figures by name, precision as 0..1."""
        return {
            "mAP": round(self.precision.mean / 100, 4),
            "AP50": round(self.precision.at_50 / 100, 4),
            "AP75": round(self.precision.at_75 / 100, 4),
            "images": self.images,
            "latency_ms": round(self.latency_ms, 2),
            "inference_ms": round(self.inference_ms, 2),
        }


def evaluate(detector: Detector, data: DataSet, progress: Callable[[int], None]) -> Measured:
    """Runs a detector over a data set.

    Args:
        detector: The detector, with its bundle's overlap and limits.
        data: The data set.
        progress: Called with 1 after each picture.

    Returns:
        The figures, of the classes that both know.

    Raises:
        DataSetError: They share no class.
        DetectorError: A picture cannot be decoded.
    """
    images = annotated_images(data, detector.bundle.labels)
    settings = replace(
        detector.defaults, threshold=_THRESHOLD, max_detections=_MAX_DETECTIONS, classes=()
    )
    found: list[Found] = []
    spent, inference = [], []
    for image_id, path in images.files.items():
        answer = detector.detect(path.read_bytes(), settings)
        found.extend(as_found(image_id, answer.detections, images.shared))
        spent.append(sum(answer.timings_ms.values()))
        inference.append(answer.timings_ms["inference"])
        progress(1)
    matches = Matches(images, found)
    return Measured(
        matches.precision(),
        matches,
        len(images.files),
        median(spent),
        median(inference),
        images.unknown,
        images.by_id,
    )


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
