"""Second moments of a layer's inputs: how much an error of each pair of weights costs together."""

import numpy as np
import numpy.typing as npt

from ..nets.layers import Floats, Layer

Doubles = npt.NDArray[np.float64]

_ROWS = 200_000
"""Positions used at most, evenly spread; more change nothing but the time it takes."""


def input_moment(layer: Layer, inputs: Floats) -> Doubles:
    """Second moment of all inputs of a convolution.

    Args:
        layer: The convolution.
        inputs: ``[N, H, W, C]``.

    Returns:
        ``[k * k * C, k * k * C]`` in the order of the kernel's taps.
    """
    taps = _taps(layer, inputs)
    rows = taps.reshape(-1, taps.shape[3] * taps.shape[4])
    return np.asarray(rows.T @ rows / len(rows), np.float64)


def tap_moments(layer: Layer, inputs: Floats) -> Doubles:
    """Second moment of each channel's taps of a depthwise convolution: ``[C, k * k, k * k]``."""
    taps = _taps(layer, inputs)
    columns = np.ascontiguousarray(taps.reshape(-1, *taps.shape[3:]).transpose(2, 1, 0))
    return np.asarray(columns @ columns.transpose(0, 2, 1) / columns.shape[2], np.float64)


def _taps(layer: Layer, inputs: Floats) -> Floats:
    """What each tap of the kernel sees: ``[N, H', W', k * k, C]``, of as many images as needed."""
    rows, columns = (layer.steps(inputs.shape[axis + 1], axis) for axis in (0, 1))
    side, stride = layer.kernel[0], layer.stride
    step = max(1, len(inputs) * rows * columns // _ROWS)
    pads = [_padding(layer, inputs.shape[axis + 1], axis) for axis in (0, 1)]
    padded = np.pad(inputs[::step], ((0, 0), *pads, (0, 0)))
    views = [
        padded[:, y : y + rows * stride : stride, x : x + columns * stride : stride]
        for y in range(0, side * layer.dilation, layer.dilation)
        for x in range(0, side * layer.dilation, layer.dilation)
    ]
    return np.stack([view[:, :rows, :columns] for view in views], axis=3)


def _padding(layer: Layer, size: int, axis: int) -> tuple[int, int]:
    """The layer's zeros before and after; enough for every window."""
    before, after = layer.margins(size, axis)
    return before, after + layer.stride  # the surplus is cut off by the caller's slices
