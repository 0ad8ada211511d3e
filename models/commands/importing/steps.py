"""The steps from a checkpoint to a bundle of float numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.commands.importing.errors import BadIdentity
from models.commands.importing.request import Request
from models.ssd import convert
from models.ssd.convert.bundle import describe
from models.ssd.importers import slim
from models.ssd.importers.checkpoint import Checkpoint
from models.ssd.importers.checkpoint_files import find_checkpoint
from models.ssd.importers.origin import Origin
from models.ssd.importers.voc_classes import CLASS_IDS, LABELS
from models.ssd.manifest import Manifest
from models.ssd.nets.apply import run_network
from models.ssd.nets.layers import Floats, LayerWeights, Network
from models.ssd.nets.vgg16 import ssd300_vgg16
from models.ssd.spec import DefaultsSpec

Progress = Callable[[str, float], None]

_DEFAULTS = DefaultsSpec(threshold=0.5, iou=0.45, top_k=400, max_detections=100)
"""Those of the original, but for the threshold, which it leaves to the caller."""
_CHECKED = 2
"""Pictures on which a conversion is compared with the network."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A network with the weights of a checkpoint.

    Attributes:
        network: The layers.
        weights: Their weights, float32, as the checkpoint has them.
        checkpoint: What the checkpoint is called.
        origin: The files it came from.
    """

    network: Network
    weights: dict[str, LayerWeights]
    checkpoint: str
    origin: Origin

    @property
    def source(self) -> dict[str, Any]:
        """Where the weights came from, for the manifest."""
        origin = self.origin.provenance()
        return {"format": "TensorFlow 1 checkpoint", "checkpoint": self.checkpoint} | origin


def read_network(request: Request, progress: Progress) -> Imported:
    """Reads the checkpoint's weights into the network.

    Raises:
        ImportFailed: It cannot be read, or is a checkpoint of another network.
    """
    network = ssd300_vgg16(len(LABELS), request.anchors)
    progress("reading the checkpoint", 0.0)
    with find_checkpoint(request.checkpoint) as files:
        checkpoint = Checkpoint(files.prefix, files.name)
        weights = slim.network_weights(network, checkpoint.shapes, checkpoint.read)
    progress("reading the checkpoint", 1.0)
    return Imported(network, weights, files.name, files.origin)


def identity(
    request: Request, source: dict[str, Any], conversion: dict[str, Any]
) -> convert.Identity:
    """What the manifest says that the network does not.

    Args:
        request: What was asked for.
        source: Where the weights came from.
        conversion: How they were converted, and what is known of the result.

    Returns:
        The identity.
    """
    provenance = {"source": source, "anchors": request.anchors} | conversion
    return convert.Identity(
        name=request.model_name,
        version=request.version,
        class_ids=CLASS_IDS,
        labels=LABELS,
        defaults=_DEFAULTS,
        license=request.license,
        provenance=provenance,
    )


def check_identity(request: Request) -> None:
    """Refuses a name before any work is done for it.

    Raises:
        BadIdentity: A manifest may not have it.
    """
    try:
        describe(ssd300_vgg16(), identity(request, {}, {}), "float32")
    except ValueError as error:
        raise BadIdentity(
            f"--name: {error}: a letter or digit, then those, dots, underscores and hyphens"
        ) from error


def write_float(imported: Imported, request: Request, progress: Progress) -> Manifest:
    """Converts to LiteRT float32, compares with the network, and writes the bundle.

    Raises:
        ConversionFailed: The graph does not answer as the network does; nothing is written.
    """
    progress("converting", 0.0)
    noted = identity(request, imported.source, {"conversion": "float32 of the checkpoint"})
    manifest = convert.float_bundle(
        request.out, imported.network, imported.weights, noted, *_samples(imported)
    )
    progress("converting", 1.0)
    return manifest


def write_saved_model(imported: Imported, request: Request, progress: Progress) -> Manifest:
    """Converts to a SavedModel, compares with the network, and writes the bundle.

    Raises:
        ConversionFailed: The SavedModel does not answer as the network does; nothing is written.
    """
    from models.ssd.convert.saved_model import Precision, saved_model_bundle

    progress("converting", 0.0)
    conversion = {"conversion": f"{request.precision} of the checkpoint's float32"}
    noted = identity(request, imported.source, conversion)
    precision: Precision = "bfloat16" if request.precision == "bfloat16" else "float32"
    manifest = saved_model_bundle(
        request.out, imported.network, imported.weights, noted, _samples(imported), precision
    )
    progress("converting", 1.0)
    return manifest


def _samples(imported: Imported) -> tuple[Floats, dict[str, Floats]]:
    """A few inputs, and what the network answers to them by output name."""
    network = imported.network
    images = convert.as_float32(_pictures(network.input_size), network.input)
    answers = [run_network(network, imported.weights, image[None]) for image in images]
    expected = {
        name: np.concatenate([answer[name] for answer in answers]) for name in network.heads
    }
    return images, expected


def _pictures(size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Pictures of nothing: patches of colour with soft borders, and noise; always the same."""
    random = np.random.default_rng(0)
    height, width = size
    pictures = []
    for _ in range(_CHECKED):
        patches = random.integers(0, 256, (9, 9, 3)).astype(np.float32)
        smooth = cv2.resize(patches, (width, height), interpolation=cv2.INTER_LINEAR)
        pictures.append(smooth + random.normal(0, 9, smooth.shape))
    return np.clip(np.rint(pictures), 0, 255).astype(np.uint8)
