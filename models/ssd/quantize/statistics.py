"""What the float network does on the calibration images: a range a channel, a sample a tensor."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..nets.apply import run_network
from ..nets.layers import Floats, Network, Weights

_BATCH = 8
_SAMPLE = 2_000
"""Values kept of each image's tensors: a few hundred thousand in all describe a tensor well."""


@dataclass(slots=True)
class TensorStatistics:
    """Statistics of one tensor.

    Attributes:
        least: Least value of each channel, ``[C]``.
        most: Greatest value of each channel, ``[C]``.
        sample: Values drawn evenly from all images, ``[K]``.
    """

    least: Floats
    most: Floats
    sample: Floats


def measure(
    network: Network,
    weights: Weights,
    images: Floats,
    progress: Callable[[str, float], None],
) -> dict[str, TensorStatistics]:
    """Runs the float network on all images.

    Args:
        network: The layers.
        weights: Their weights.
        images: ``[N, H, W, 3]`` as ``network.input`` says.
        progress: Called with what is done and the share of it that is done, 0..1.

    Returns:
        Statistics of every tensor by name.
    """
    random = np.random.default_rng(0)
    parts: dict[str, list[TensorStatistics]] = {}
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH]
        for name, tensor in run_network(network, weights, batch).items():
            flat = tensor.reshape(-1)
            drawn = flat[random.integers(0, flat.size, _SAMPLE * len(batch))]
            part = TensorStatistics(tensor.min((0, 1, 2)), tensor.max((0, 1, 2)), drawn)
            parts.setdefault(name, []).append(part)
        progress("measuring ranges", min(1.0, (start + _BATCH) / len(images)))
    return {
        name: TensorStatistics(
            np.min([part.least for part in found], axis=0),
            np.max([part.most for part in found], axis=0),
            np.concatenate([part.sample for part in found]),
        )
        for name, found in parts.items()
    }
