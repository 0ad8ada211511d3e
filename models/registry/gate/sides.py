"""The figures that each model has by itself."""

from collections.abc import Sequence
from pathlib import Path

from ...datasets.record import DataSet
from ...evaluation.calibration import calibrate
from ...evaluation.matching import each_class
from ...evaluation.run import Measured, by_picture
from ...ssd.detector import Detector
from .resident import greatest_memory
from .verdict import Side

_PICTURES = 16


def side_of(name: str, detector: Detector, measured: Measured, data: DataSet) -> Side:
    """Joins what was measured of a model.

    Args:
        name: The model's.
        detector: It.
        measured: Its evaluation.
        data: The pictures; some of them are answered once more by a process of its own.

    Raises:
        RegistryError: That process failed.
    """
    manifest = detector.bundle.path / "manifest.json"
    matches = (found for _, found in each_class(data, by_picture(data, measured.found)))
    return Side(
        name=name,
        digest=detector.bundle.digest,
        precision={each: measured.numbers[each] for each in ("mAP", "AP50", "AP75")},
        calibration=calibrate(matches).error,
        latency_ms=measured.latency_ms,
        memory=greatest_memory(detector.bundle.path, some_of(data)),
        size=manifest.stat().st_size
        + sum(file.bytes for file in detector.bundle.manifest.files.values()),
    )


def some_of(data: DataSet) -> Sequence[Path]:
    """At most 16 pictures from all over a data set: the same ones every time."""
    step = -(-len(data.pictures) // _PICTURES)
    return [picture.file for picture in data.pictures[::step]]
