"""The range of a tensor's grid: the one with the least squared error, clipping included."""

import numpy as np

from ..convert.grids import Grid, grid_over
from ..nets.layers import Floats

_SHARES = np.linspace(0.2, 1.0, 41)
"""Shares of the full range that are tried."""


def least_error_grid(sample: Floats) -> Grid:
    """Searches the range with the least mean squared error.

    The two ends are searched in turn: first both shrink together, then each alone.

    Args:
        sample: Values of the tensor, ``[K]``.

    Returns:
        The best grid found.
    """
    least, most = min(float(sample.min()), 0.0), max(float(sample.max()), 0.0)
    if least == most:
        return grid_over(0.0, 1.0)
    low, high = _best(sample, [(least * share, most * share) for share in _SHARES])
    for _ in range(2):
        low, high = _best(sample, [(least * share, high) for share in _SHARES])
        low, high = _best(sample, [(low, most * share) for share in _SHARES])
    return grid_over(low, high)


def _best(sample: Floats, ranges: list[tuple[float, float]]) -> tuple[float, float]:
    return min(ranges, key=lambda ends: _error(sample, *ends))


def _error(sample: Floats, least: float, most: float) -> float:
    grid = grid_over(least, most)
    difference = grid.dequantize(grid.quantize(sample)) - sample
    return float(np.dot(difference, difference))
