"""Pictures of nothing, to compare a conversion on where no photos are at hand; always the same."""

import cv2
import numpy as np

from ..ssd import convert
from ..ssd.nets.layers import Floats, Network

_COUNT = 2


def sample_inputs(network: Network) -> Floats:
    """Inputs ``[2, H, W, 3]`` of a network: patches of colour with soft borders, and noise."""
    random = np.random.default_rng(0)
    height, width = network.input_size
    pictures = []
    for _ in range(_COUNT):
        patches = random.integers(0, 256, (9, 9, 3)).astype(np.float32)
        smooth = cv2.resize(patches, (width, height), interpolation=cv2.INTER_LINEAR)
        pictures.append(smooth + random.normal(0, 9, smooth.shape))
    pixels = np.clip(np.rint(pictures), 0, 255).astype(np.uint8)
    return convert.as_float32(pixels, network.input)
