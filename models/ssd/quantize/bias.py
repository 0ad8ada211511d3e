"""Bias correction: the bias that gives each channel the mean it has in the float network."""

import numpy as np

from ..nets.layers import Floats

_STEPS = 30
_ROWS = 40_000
"""Positions used at most; a mean over more is no better than the calibration images are."""


def corrected_bias(wanted: Floats, found: Floats, clip: tuple[float, float]) -> Floats:
    """Solves for the bias, channel by channel, by bisection.

    Args:
        wanted: What the float layer gives before its activation, ``[..., C]``.
        found: What the quantized layer gives before bias and activation, ``[..., C]``.
        clip: Range that the activation leaves.

    Returns:
        ``[C]``: the bias for which the means after clipping agree. A channel that is clipped
        everywhere keeps the difference of the plain means.
    """
    wanted, found = _rows(wanted), _rows(found)
    target = np.clip(wanted, *clip).mean(axis=0, dtype=np.float64)
    plain = (wanted - found).mean(axis=0, dtype=np.float64)
    reach = np.abs(wanted - found - plain).max(axis=0) + 1e-6
    low, high = plain - reach, plain + reach
    for _ in range(_STEPS):
        middle = (low + high) / 2
        mean = np.clip(found + middle.astype(np.float32), *clip).mean(axis=0, dtype=np.float64)
        above = mean > target
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    solved = (low + high) / 2
    moves = (target > clip[0] + 1e-6) & (target < clip[1] - 1e-6)
    return np.asarray(np.where(moves, solved, plain), np.float32)


def _rows(tensor: Floats) -> Floats:
    rows = tensor.reshape(-1, tensor.shape[-1])
    return rows[:: max(1, len(rows) // _ROWS)]
