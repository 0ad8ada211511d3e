"""Makes bundles: the graph, what it means, and a comparison before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..description import Metrics, Provenance
from ..manifest import SCHEMA_VERSION, Manifest
from ..nets.layers import Floats, Network, Weights, check_weights
from ..spec import DefaultsSpec, InputSpec, OutputSpec
from .check import check_answers, check_graph
from .folder import write_bundle
from .graph import float_graph

GRAPH_FILE = "model.tflite"
LABELS_FILE = "labels.txt"

_HALF = 127.5
"""Half of the greatest pixel."""

FLOAT_TOLERANCE = 1e-3
"""Logits and offsets of the float32 graph differ from the network's by rounding (1e-5 seen)."""
INT8_TOLERANCE = 0.5
"""Logits of the int8 graph, where the network's are worth an answer: 0.1 is seen of a careful
recipe, 0.3 of plain rounding, several units of a graph that is wrong."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a manifest says that the network does not.

    Attributes:
        name: Name of the model.
        version: Its version.
        class_ids: Class id of each column.
        labels: Name of each column.
        defaults: Settings of a call that asks for none.
        license: SPDX identifier of the weights' licence.
        provenance: Where the weights came from and how they were converted.
        metrics: Measured figures.
    """

    name: str
    version: str
    class_ids: tuple[int, ...]
    labels: tuple[str, ...]
    defaults: DefaultsSpec
    license: str
    provenance: Provenance = field(default_factory=Provenance)
    metrics: Metrics = field(default_factory=Metrics)


def float_bundle(
    folder: Path,
    network: Network,
    weights: Weights,
    identity: Identity,
    images: Floats,
    expected: Mapping[str, Floats],
) -> Manifest:
    """Converts to LiteRT float32 and writes the bundle.

    Args:
        folder: Where the bundle is to be.
        network: The layers.
        weights: Their weights.
        identity: Name, classes and origin.
        images: A few inputs ``[N, H, W, 3]`` as ``network.input`` says.
        expected: What the network answers to them, by output name.

    Returns:
        The manifest as written.

    Raises:
        ConversionFailed: The graph does not answer as the network does; nothing is written.
    """
    check_weights(network, weights)
    content = float_graph(network, weights)
    check_graph(content, images, expected, FLOAT_TOLERANCE)
    manifest = describe(network, identity, "float32")
    return write_bundle(folder, manifest, {GRAPH_FILE: content, LABELS_FILE: labels_file(identity)})


def int8_bundle(
    folder: Path,
    network: Network,
    content: bytes,
    identity: Identity,
    pixels: npt.NDArray[np.uint8],
    expected: Mapping[str, Floats],
) -> Manifest:
    """Writes an int8 network as a LiteRT bundle.

    Args:
        folder: Where the bundle is to be.
        network: The layers.
        content: Their int8 graph, as ``int8_graph`` makes it.
        identity: Name, classes and origin.
        pixels: A few inputs, uint8 ``[N, H, W, 3]`` RGB.
        expected: Class logits of the float network for them, by output name.

    Returns:
        The manifest as written.

    Raises:
        ConversionFailed: The graph's answers are nowhere near the float network's; nothing is
            written.
    """
    manifest = describe(network, identity, "int8")
    images = as_input(pixels, manifest.input)
    check_answers(content, images, expected, manifest.outputs, INT8_TOLERANCE)
    return write_bundle(folder, manifest, {GRAPH_FILE: content, LABELS_FILE: labels_file(identity)})


def as_input(pixels: npt.NDArray[np.uint8], spec: InputSpec) -> npt.NDArray[np.float32 | np.int8]:
    """RGB pixels 0..255 ``[N, H, W, 3]`` to the input of a graph whose manifest has that spec."""
    return as_int8(pixels) if spec.dtype == "int8" else as_float32(pixels, spec)


def as_float32(pixels: npt.NDArray[np.uint8], spec: InputSpec) -> Floats:
    """RGB pixels 0..255 ``[N, H, W, 3]`` to the float32 input that the spec describes."""
    ordered = pixels[..., ::-1] if spec.color_order == "bgr" else pixels
    mean, scale = np.asarray(spec.mean, np.float32), np.asarray(spec.scale, np.float32)
    return (ordered.astype(np.float32) - mean) * scale


def as_int8(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Pixels 0..255 to the int8 input: the pixel minus 128."""
    return (pixels.astype(np.int16) - 128).astype(np.int8)


def reads_pixels(network: Network) -> bool:
    """Whether a pixel minus 128 is, up to half a step, the network's input: it is -1..1, RGB."""
    spec = network.input
    halves = spec.mean == (_HALF,) * 3 and spec.scale == (1 / _HALF,) * 3
    return halves and spec.color_order == "rgb" and spec.resize == "bilinear"


def int8_input(network: Network, images: Floats) -> npt.NDArray[np.int8] | None:
    """What an int8 graph is given for the network's inputs; None where it takes these inputs."""
    if not reads_pixels(network):
        return None
    return np.asarray(np.rint((images + 1) * _HALF) - 128, np.int8)


def describe(
    network: Network, identity: Identity, precision: Literal["float32", "int8"]
) -> Manifest:
    """The manifest of a network's LiteRT bundle, without its files."""
    return Manifest(
        schema_version=SCHEMA_VERSION,
        name=identity.name,
        version=identity.version,
        network=network.name,
        engine="litert",
        precision=precision,
        graph=GRAPH_FILE,
        input=_int8_input_spec(network) if precision == "int8" else network.input,
        outputs=output_spec(network, identity.class_ids),
        anchors=network.anchors,
        box_coder=network.box_coder,
        defaults=identity.defaults,
        files={},
        metrics=identity.metrics,
        provenance=identity.provenance,
        license=identity.license,
    )


def output_spec(network: Network, class_ids: tuple[int, ...]) -> OutputSpec:
    """What the network's heads mean when its columns are these classes."""
    return OutputSpec(
        scores=network.scores,
        offsets=network.offsets,
        activation=network.activation,
        background=network.background,
        class_ids=class_ids,
    )


def labels_file(identity: Identity) -> bytes:
    """The content of ``labels.txt``."""
    return "".join(f"{label}\n" for label in identity.labels).encode()


def _int8_input_spec(network: Network) -> InputSpec:
    if not reads_pixels(network):
        return network.input
    height, width = network.input_size
    return InputSpec(height=height, width=width, mean=(128.0,) * 3, scale=(1.0,) * 3, dtype="int8")
