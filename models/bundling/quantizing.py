"""The long step, int8 of a network: kept layer by layer, under a digest of all it depends on."""

import hashlib
import io
import shutil
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

from ..ssd import convert, nets, quantize
from ..ssd.convert.grids import QuantizedWeights
from ..ssd.nets.layers import Network, Weights
from ..ssd.quantize.recipe import Recipe
from ..ssd.quantize.recipe import quantize as quantize_network
from .photos import Photos
from .progress import Progress


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
    layers = KeptLayers(kept.with_suffix(".layers"))
    quantized = quantize_network(network, weights, images, Recipe(), progress, layers)
    content = convert.int8_graph(quantized)
    _write(kept, content)
    layers.forget()
    return content


class KeptLayers(MutableMapping[str, QuantizedWeights]):
    """Layers of an unfinished run, a file each, so that the next run goes on from there.

    Args:
        folder: Made when the first layer comes; named by all that the layers depend on.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> QuantizedWeights:
        try:
            with np.load(self._file(name), allow_pickle=False) as arrays:
                return QuantizedWeights(arrays["kernel"], arrays["scales"], arrays["bias"])
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def __setitem__(self, name: str, weights: QuantizedWeights) -> None:
        content = io.BytesIO()
        np.savez(content, kernel=weights.kernel, scales=weights.scales, bias=weights.bias)
        _write(self._file(name), content.getvalue())

    def __delitem__(self, name: str) -> None:
        self._file(name).unlink()

    def __iter__(self) -> Iterator[str]:
        for file in sorted(self._folder.glob("*.npz")):
            yield unquote(file.stem)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def forget(self) -> None:
        """Deletes them all."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.npz"


def _write(file: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.part")
    fresh.write_bytes(content)
    fresh.replace(file)


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
