"""Engines that know no bundle get the tensor and the heads that the bundle has."""

import numpy as np

from benchmarks.engines.workers.pixels import heads, tensor_of
from models.ssd.nets.vgg16 import ssd300_vgg16


def test_the_tensor_is_what_the_preprocessing_of_the_network_gives():
    pixels = np.arange(300 * 300 * 3, dtype=np.uint32).reshape(1, 300, 300, 3).astype(np.uint8)
    spec = ssd300_vgg16().input
    tensor = tensor_of(pixels)
    assert (tensor.dtype, tensor.shape) == (np.float32, pixels.shape)
    expected = (float(pixels[0, 7, 9, 2]) - spec.mean[2]) * spec.scale[2]
    assert abs(tensor[0, 7, 9, 2] - expected) < 1e-4


def test_heads_are_those_of_the_network():
    scores, offsets, columns = heads()
    network = ssd300_vgg16()
    assert {*scores, *offsets} == set(network.heads)
    assert columns == 21
