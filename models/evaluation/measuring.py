"""Figures of an int8 bundle beside its float32 one, written into both manifests."""

from pathlib import Path

import msgspec

from ..bundling.progress import Progress, counted_shares
from ..datasets.reading import read_data_set
from ..datasets.record import DataSet
from ..datasets.tolerance import NONE
from ..ssd.bundle import open_bundle
from ..ssd.convert.folder import read_contents, write_bundle
from ..ssd.description import Difference, Metrics
from ..ssd.detector import Detector
from .precision import LEVEL, paired_bootstrap
from .run import Measured, evaluate

_SAMPLES = 1000


def measure(
    exact: Path, quantized: Path, coco: Path, data_set: str, progress: Progress
) -> tuple[Metrics, Metrics]:
    """Evaluates two bundles on the same pictures and notes the figures in their manifests.

    Args:
        exact: The float32 bundle.
        quantized: The int8 bundle.
        coco: Folder with ``images/`` and ``instances.json``.
        data_set: What the pictures are taken from.
        progress: Called with what is done and the share of it that is done, 0..1.

    Returns:
        The figures of both; the int8 bundle's tell the difference and its 90 % interval, in points.

    Raises:
        DataSetError: The folder is not such a data set.
    """
    data = read_data_set(coco, layout="coco", tolerance=NONE)
    first, second = (_evaluate(folder, data, progress) for folder in (exact, quantized))
    drawn = counted_shares("bootstrap", _SAMPLES, progress)
    interval = paired_bootstrap(second.matches, first.matches, _SAMPLES, drawn)
    difference = Difference(
        points=round(interval.difference, 2),
        low=round(interval.low, 2),
        high=round(interval.high, 2),
        level=LEVEL,
        samples=interval.samples,
    )
    figures = (
        _figures(first, data_set),
        msgspec.structs.replace(_figures(second, data_set), minus_float32=difference),
    )
    for folder, noted in zip((exact, quantized), figures, strict=True):
        manifest = msgspec.structs.replace(open_bundle(folder).manifest, metrics=noted)
        write_bundle(folder, manifest, read_contents(folder))
    return figures


def _evaluate(folder: Path, data: DataSet, progress: Progress) -> Measured:
    counted = counted_shares(f"measuring {folder.name}", len(data.pictures), progress)
    return evaluate(Detector(folder, pool_size=1), data, counted)


def _figures(measured: Measured, data_set: str) -> Metrics:
    figures = measured.figures()
    return Metrics(
        mean_precision=figures["mAP"],
        precision_50=figures["AP50"],
        precision_75=figures["AP75"],
        images=measured.images,
        data_set=f"{measured.images} images of {data_set}",
    )
