"""Compares network, import path and bundle with a golden file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...bundling.agreement import join
from ...bundling.importing import read_weights, write
from ...bundling.progress import Progress
from ...bundling.request import Request
from ...ssd.anchors import build_anchors
from ...ssd.boxes import BoxReader
from ...ssd.bundle import Bundle, open_bundle
from ...ssd.detector import Detector
from ...ssd.importers import slim
from ...ssd.importers.checkpoint import write_checkpoint
from ...ssd.importers.seeded import seeded_variable
from ...ssd.nets.keras_model import keras_model
from ...ssd.nets.layers import Network
from ...ssd.nets.vgg16 import ssd300_vgg16
from ...ssd.session import open_session
from ...ssd.settings import Settings
from .golden_file import Floats, Golden, GoldenImage
from .pairing import Found, Limits, compare
from .report import Row

ANCHORS = 1e-6
ANSWERS = 1e-4
"""Scores (0..1), offsets, and boxes in unit coordinates."""
PIXELS = 2.0
SCORES_OF_FILES = 0.02
"""A picture is decoded and resized anew, which another library does a little differently."""

_IOU, _TOP_K = 0.45, 400
_SUFFIXES = (".png", ".jpg", ".jpeg")
_CHECKPOINT = "ssd_300_vgg.ckpt"


def import_seeded(seed: int, scratch: Path, out: Path, progress: Progress) -> Bundle:
    """Writes a checkpoint of seeded weights, and imports it as any other.

    Args:
        seed: The seed.
        scratch: Folder for the checkpoint.
        out: Where the bundle is to be.
        progress: Called with what is done and the share of it that is done, 0..1.

    Returns:
        The bundle, opened.
    """
    shapes = slim.variable_shapes(ssd300_vgg16())
    progress("writing a checkpoint of seeded weights", 0.0)
    variables = {name: seeded_variable(name, shape, seed) for name, shape in shapes.items()}
    write_checkpoint(scratch / _CHECKPOINT, variables)
    progress("writing a checkpoint of seeded weights", 1.0)
    request = Request(scratch / _CHECKPOINT, out, name=f"ssd300_vgg16_seed{seed}")
    write(read_weights(request, progress), request, progress, _silent)
    return open_bundle(out)


def _silent(line: str) -> None:
    """Takes what is told of photos: float32 needs none."""
    del line


def check_anchors(golden: Golden, network: Network) -> Row:
    """Compares the anchors."""
    return Row(
        "(all)", "anchors", _farthest(build_anchors(network.anchors), golden.anchors), ANCHORS
    )


def check_network(golden: Golden, seed: int, bundle: Bundle) -> Iterator[Row]:
    """Compares the Keras network, its weights taken straight from the seed.

    Args:
        golden: What the original computed.
        seed: Seed of the weights.
        bundle: Tells what the outputs mean.

    Yields:
        Rows of each image.
    """
    network = ssd300_vgg16()
    shapes = slim.variable_shapes(network)
    weights = slim.network_weights(
        network, shapes, lambda name: seeded_variable(name, shapes[name], seed)
    )
    model = keras_model(network, weights)
    columns = len(bundle.labels.names)
    for image in golden.images:
        answers = {
            name: np.asarray(values)
            for name, values in model.predict(image.tensor[None], verbose=0).items()
        }
        logits = join(answers, network.scores, columns)[0]
        offsets = join(answers, network.offsets, 4)[0]
        yield from _rows("network", image, logits, offsets, bundle)


def check_session(golden: Golden, bundle: Bundle) -> Iterator[Row]:
    """Compares the imported bundle, from the network's input on."""
    session = open_session(bundle)
    for image in golden.images:
        logits, offsets = session.run(image.tensor[None])
        yield from _rows("bundle", image, logits[0], offsets[0], bundle)


def check_files(golden: Golden, bundle: Bundle, folders: tuple[Path, ...]) -> Iterator[Row]:
    """Compares the imported bundle, from the image files on, where they can be found.

    Args:
        golden: What the original computed.
        bundle: The bundle.
        folders: Where the images may be.

    Yields:
        Rows of each image.
    """
    detector = Detector(bundle.path)
    for image in golden.images:
        file = _file(image.name, folders)
        if file is None:
            note = (
                f"no {image.name}{' or '.join(_SUFFIXES)} beside the file; --images names a folder"
            )
            yield Row(image.name, "image file", None, SCORES_OF_FILES, note)
            continue
        settings = Settings(image.threshold, _IOU, _TOP_K, _TOP_K)
        found = detector.detect(file.read_bytes(), settings).detections
        scale = np.array([found.height, found.width] * 2, np.float32)
        wanted = _wanted(image, scale)
        limits = Limits(SCORES_OF_FILES, PIXELS, image.threshold)
        yield from _pairing_rows(
            "image file",
            image.name,
            wanted,
            Found(found.class_ids, found.scores, found.boxes),
            limits,
        )


def _rows(
    side: str, image: GoldenImage, logits: Floats, offsets: Floats, bundle: Bundle
) -> Iterator[Row]:
    """Compares raw answers, and the detections read from them."""
    yield Row(image.name, f"{side}: scores", _farthest(_softmax(logits), image.scores), ANSWERS)
    yield Row(image.name, f"{side}: offsets", _farthest(offsets, image.offsets), ANSWERS)
    reader = BoxReader(bundle.manifest, bundle.labels)
    settings = Settings(image.threshold, _IOU, _TOP_K, _TOP_K)
    found = reader.read(logits, offsets, (1, 1), settings)
    wanted = _wanted(image, np.ones(4, np.float32))
    limits = Limits(ANSWERS, ANSWERS, image.threshold)
    yield from _pairing_rows(
        side, image.name, wanted, Found(found.class_ids, found.scores, found.boxes), limits
    )


def _wanted(image: GoldenImage, scale: Floats) -> Found:
    """The original's detections, less those outside the image: it keeps them, turned inside out."""
    solid = (image.boxes[:, 2:] > image.boxes[:, :2]).all(axis=1)
    boxes = image.boxes[solid] * scale
    return Found(image.classes[solid], image.confidences[solid], boxes)


def _pairing_rows(
    side: str, name: str, wanted: Found, found: Found, limits: Limits
) -> Iterator[Row]:
    difference = compare(wanted, found, limits)
    count = len(wanted.classes)
    yield Row(name, f"{side}: {count} detections, unpaired", difference.unpaired, 0)
    yield Row(name, f"{side}: detections' scores", difference.score, limits.score)
    unit = "pixels" if limits.box == PIXELS else "unit"
    yield Row(name, f"{side}: detections' boxes ({unit})", difference.box, limits.box)


def _file(name: str, folders: tuple[Path, ...]) -> Path | None:
    paths = (folder / f"{name}{suffix}" for folder in folders for suffix in _SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _farthest(found: Floats, wanted: Floats) -> float:
    return float(np.abs(found - wanted).max()) if found.shape == wanted.shape else float("inf")


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
