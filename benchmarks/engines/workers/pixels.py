"""The network's input and heads, for engines that know nothing of bundles."""

import numpy as np
import numpy.typing as npt

from models.ssd.nets.vgg16 import ssd300_vgg16


def tensor_of(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Pixels ``[N, H, W, 3]``, RGB, 0..255, to the float32 tensor of the same shape."""
    spec = ssd300_vgg16().input
    tensor = (pixels.astype(np.float32) - np.float32(spec.mean)) * np.float32(spec.scale)
    return np.ascontiguousarray(tensor, np.float32)


def heads() -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Names of the score heads and of the offset heads, and the number of class columns."""
    network = ssd300_vgg16()
    cell = len(network.anchors[0].sizes)
    return network.scores, network.offsets, network.layer(network.scores[0]).bias // cell
