"""Figures of the rebuilt bundles on annotated pictures, written into their manifests."""

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from models.commands.printing import visible
from models.ssd.bundle import Bundle, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.detector import Detector
from models.ssd.errors import BundleError
from models.ssd.manifest import Manifest
from models.training.annotations import AnnotatedImages, read_annotations
from models.training.evaluation import Measured, evaluate
from models.training.precision import paired_bootstrap

_SAMPLES = 1000

Figures = dict[str, Any]


def measure(exact: Path, quantized: Path, coco: Path, data_set: str) -> tuple[Figures, Figures]:
    """Evaluates two bundles on the same pictures and notes the figures in their manifests.

    Args:
        exact: The float32 bundle.
        quantized: The int8 bundle.
        coco: Folder with ``images/`` and ``instances.json``.
        data_set: What the pictures are taken from.

    Returns:
        The figures of both; the int8 bundle's tell the difference and its 90 % interval, in points.

    Raises:
        DataSetError: The folder is not such a data set.
    """
    data = read_annotations(coco / "images", coco / "instances.json")
    first, second = _evaluate(exact, data), _evaluate(quantized, data)
    with click.progressbar(
        length=_SAMPLES, label="bootstrap", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        interval = paired_bootstrap(second.matches, first.matches, _SAMPLES, bar.update)
    difference = {
        "points": round(interval.difference, 2),
        "low": round(interval.low, 2),
        "high": round(interval.high, 2),
        "level": 0.9,
        "samples": interval.samples,
    }
    figures = _figures(first, data_set), _figures(second, data_set)
    figures[1]["mAP_minus_float32"] = difference
    for folder, noted in zip((exact, quantized), figures, strict=True):
        manifest = msgspec.structs.replace(open_bundle(folder).manifest, metrics=noted)
        write_bundle(folder, manifest, read_contents(folder))
    return figures


def keep_metrics(built: Bundle, committed: Path) -> Manifest:
    """The built manifest; not measured anew, an unchanged graph keeps its committed figures."""
    if built.manifest.metrics:
        return built.manifest
    try:
        known = open_bundle(committed)
    except BundleError:
        return built.manifest
    if known.graph != built.graph:
        return built.manifest
    return msgspec.structs.replace(built.manifest, metrics=known.manifest.metrics)


def _evaluate(folder: Path, data: AnnotatedImages) -> Measured:
    with click.progressbar(
        length=len(data.files),
        label=visible(folder.name),
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        return evaluate(Detector(folder, pool_size=1), data, bar.update)


def _figures(measured: Measured, data_set: str) -> Figures:
    figures = measured.figures()
    kept = {key: figures[key] for key in ("mAP", "AP50", "AP75", "images")}
    return kept | {"data_set": f"{measured.images} images of {data_set}"}
