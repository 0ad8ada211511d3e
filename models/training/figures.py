"""What a bundle's manifest tells of its precision and speed, beside the network's in Keras."""

import time
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from ..bundling.catalogue import NetworkEntry
from ..bundling.progress import Progress, counted_shares
from ..bundling.trained import TrainedNetwork
from ..datasets.record import DataSet
from ..evaluation.run import Measured, evaluate
from ..ssd.description import Metrics, TrainedFigures
from ..ssd.detector import Detector
from .detection import Detection
from .measuring import Measurer
from .recipe import Recipe

_TIMED = 50
"""Pictures whose time is taken at most."""


def figures_of(
    bundle: Path,
    data: DataSet,
    trained: TrainedNetwork,
    entry: NetworkEntry,
    recipe: Recipe,
    progress: Progress,
) -> Metrics:
    """Measures a bundle, and the network in Keras on the same pictures.

    Args:
        bundle: The bundle's folder.
        data: The pictures.
        trained: The network.
        entry: Its entry of the catalogue.
        recipe: What it was trained with.
        progress: Told of every step.

    Returns:
        What the manifest says.
    """
    measurer = Measurer(data, trained.network, trained.labels, entry)
    model = Detection(trained.network, trained.weights, recipe.loss)
    threads = cv2.getNumThreads()
    figures = measurer(model, counted_shares("measuring the network", len(data.pictures), progress))
    latency = _latency(model, len(data.pictures), trained)
    counted = counted_shares("measuring the bundle", len(data.pictures), progress)
    measured: Measured = evaluate(Detector(bundle, pool_size=1), data, counted)
    cv2.setNumThreads(threads)
    own = measured.figures()
    return Metrics(
        mean_precision=own["mAP"],
        precision_50=own["AP50"],
        precision_75=own["AP75"],
        images=measured.images,
        data_set=f"{measured.images} pictures that the run measured on",
        latency_ms=own["latency_ms"],
        inference_ms=own["inference_ms"],
        profile=measured.profile.values(),
        trained=TrainedFigures(
            framework="keras",
            mean_precision=round(figures.mean / 100, 4),
            precision_50=round(figures.at_50 / 100, 4),
            precision_75=round(figures.at_75 / 100, 4),
            latency_ms=round(latency, 2),
        ),
    )


def _latency(model: Detection, count: int, trained: TrainedNetwork) -> float:
    """Median milliseconds of the network in Keras, one picture at a time."""
    size = trained.network.input_size
    pixels = np.full((1, *size, 3), 128, np.uint8)
    model.answer(pixels)  # compiles
    spent = []
    for _ in range(min(_TIMED, count)):
        started = time.perf_counter()
        model.answer(pixels)
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent)
