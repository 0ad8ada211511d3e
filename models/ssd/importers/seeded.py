"""Weights drawn from a seed by each variable's name, to compare networks without a checkpoint.

Anyone who knows the seed, the names and the shapes draws the same numbers, in any framework.
"""

import math
import zlib

import numpy as np

from ..nets.layers import Floats

_FIRST, _CLASSES, _OFFSETS = 0.02, 2.0, 0.7
_BIAS_SPREAD = 0.1
_GAMMA = 20.0


def seeded_variable(name: str, shape: tuple[int, ...], seed: int) -> Floats:
    """One variable of SSD-300 VGG16.

    Weights are normal with a variance of 2 / inputs (He), smaller in the first layer, since pixels
    are large, and in the box heads, larger in the class heads, so that some scores come near 1.

    Args:
        name: The variable's name in the checkpoint.
        shape: Its shape.
        seed: The seed.

    Returns:
        float32 of that shape.
    """
    random = np.random.default_rng([seed, zlib.crc32(name.encode())])
    if name.endswith("/gamma"):
        return np.full(shape, _GAMMA, np.float32)
    if name.endswith("/biases"):
        return random.normal(0, _BIAS_SPREAD, shape).astype(np.float32)
    scale = 1.0
    if "conv1/conv1_1" in name:
        scale = _FIRST
    elif "_box/conv_cls" in name:
        scale = _CLASSES
    elif "_box/conv_loc" in name:
        scale = _OFFSETS
    spread = math.sqrt(2 / math.prod(shape[:3]))
    return np.asarray(scale * random.normal(0, spread, shape), np.float32)
