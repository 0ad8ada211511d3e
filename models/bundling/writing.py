"""A network with weights as a bundle: converted, compared with itself, and only then written."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from ..ssd import convert
from ..ssd.convert import Identity
from ..ssd.convert.bundle import describe
from ..ssd.convert.check import answer_error, run_graph
from ..ssd.manifest import Manifest
from ..ssd.nets.apply import run_network
from ..ssd.nets.layers import Floats
from .agreement import Agreement, count_matches, read_answers
from .photos import Photos
from .progress import Progress
from .quantizing import kept_int8_graph
from .trained import TrainedNetwork

FloatPrecision = Literal["float32", "bfloat16"]


def write_float(out: Path, trained: TrainedNetwork, identity: Identity, images: Floats) -> Manifest:
    """Writes a LiteRT float32 bundle.

    Args:
        out: Where the bundle is to be.
        trained: The network.
        identity: What the manifest says that the network does not.
        images: A few inputs ``[N, H, W, 3]`` to compare on.

    Returns:
        The manifest as written.

    Raises:
        ConversionFailed: The graph does not answer as the network does; nothing is written.
    """
    expected = answers(trained, images)
    return convert.float_bundle(out, trained.network, trained.weights, identity, images, expected)


def write_saved_model(
    out: Path,
    trained: TrainedNetwork,
    identity: Identity,
    images: Floats,
    precision: FloatPrecision,
) -> Manifest:
    """Writes a SavedModel bundle; the same as ``write_float`` otherwise."""
    from ..ssd.convert.saved_model import saved_model_bundle

    examples = images, answers(trained, images)
    return saved_model_bundle(out, trained.network, trained.weights, identity, examples, precision)


def write_int8(
    out: Path,
    trained: TrainedNetwork,
    identity: Identity,
    photos: Photos,
    cache: Path,
    progress: Progress,
) -> tuple[Manifest, Agreement]:
    """Quantizes on photos, compares with the float network on others, and writes the bundle.

    Args:
        out: Where the bundle is to be.
        trained: The network.
        identity: What the manifest says that the network does not.
        photos: What to calibrate with, and what to judge by.
        cache: Folder that keeps the long step's result.
        progress: Called with what is done and the share of it that is done, 0..1.

    Returns:
        The manifest as written, and how the result compares.

    Raises:
        ConversionFailed: The result is nowhere near the float network; nothing is written.
    """
    network, weights = trained.network, trained.weights
    content = kept_int8_graph(network, weights, photos, cache, progress)
    progress("comparing with float32", 0.0)
    images = convert.as_float32(photos.held_out, network.input)
    expected = run_graph(convert.float_graph(network, weights), images)
    agreement = _agreement(trained, identity, content, photos, expected)
    progress("comparing with float32", 1.0)
    noted = msgspec.structs.replace(
        identity.provenance, calibration=photos.calibrated(), held_out=agreement.held_out()
    )
    logits = {name: expected[name] for name in network.scores}
    known = replace(identity, provenance=noted)
    manifest = convert.int8_bundle(out, network, content, known, photos.held_out, logits)
    return manifest, agreement


def answers(trained: TrainedNetwork, images: Floats) -> dict[str, Floats]:
    """What the network answers to inputs ``[N, H, W, 3]``, by output name."""
    found = [run_network(trained.network, trained.weights, image[None]) for image in images]
    return {
        name: np.concatenate([answer[name] for answer in found]) for name in trained.network.heads
    }


def _agreement(
    trained: TrainedNetwork,
    identity: Identity,
    content: bytes,
    photos: Photos,
    expected: dict[str, Floats],
) -> Agreement:
    manifest = describe(trained.network, identity, "int8")
    found = run_graph(content, convert.as_input(photos.held_out, manifest.input))
    sides = (read_answers(each, manifest, trained.labels) for each in (expected, found))
    exact, quantized, matched = count_matches(zip(*sides, strict=True))
    logits = {name: expected[name] for name in trained.network.scores}
    error = answer_error(found, logits, manifest.outputs)
    return Agreement(len(photos.held_out), exact, quantized, matched, error)
