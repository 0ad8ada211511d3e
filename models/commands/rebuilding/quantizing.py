"""The long step, int8 of a network, with its result kept under a digest of all it depends on."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from models.commands.rebuilding.photos import Photos
from models.ssd import convert, nets, quantize
from models.ssd.nets.layers import Network, Weights
from models.ssd.quantize.recipe import Recipe
from models.ssd.quantize.recipe import quantize as quantize_network

Progress = Callable[[str, float], None]


def kept_int8_graph(
    network: Network, weights: Weights, photos: Photos, cache: Path, progress: Progress
) -> bytes:
    """Quantizes, or takes an earlier result of the same inputs and code.

    Args:
        network: The layers.
        weights: Their float weights.
        photos: What to calibrate with.
        cache: Folder that keeps results.
        progress: Called with what is done and the share of it that is done, 0..1.

    Returns:
        The int8 network as a LiteRT graph.
    """
    kept = cache / f"int8-{_key(network, weights, photos)}.tflite"
    if kept.is_file():
        progress("rounding weights (done before)", 1.0)
        return kept.read_bytes()
    images = convert.as_float32(photos.calibration, network.input)
    content = convert.int8_graph(quantize_network(network, weights, images, Recipe(), progress))
    cache.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".part")
    fresh.write_bytes(content)
    fresh.replace(kept)
    return content


def _key(network: Network, weights: Weights, photos: Photos) -> str:
    """Digest of all that the int8 graph depends on: network, weights, photos, and the code."""
    digest = hashlib.sha256(photos.digest.encode())
    digest.update(repr((network.input, network.layers)).encode())
    for name, (kernel, bias) in weights.items():
        digest.update(name.encode() + kernel.tobytes() + bias.tobytes())
    for room in (nets, convert, quantize):
        for file in sorted(Path(room.__path__[0]).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:32]
