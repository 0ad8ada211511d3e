"""The integer grids of tensors and weights: value = scale * (integer - zero point)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..nets.layers import Network

LEAST, MOST = -128, 127
"""The integers of int8 activations; weights leave out -128, as the engine wants them symmetric."""


class Grid(NamedTuple):
    """Grid of an activation tensor.

    Attributes:
        scale: Step between neighbours; float32-exact.
        zero_point: The integer, -128..127, that means 0.
    """

    scale: float
    zero_point: int

    @property
    def range(self) -> tuple[float, float]:
        """Least and greatest value of the grid."""
        return self.scale * (LEAST - self.zero_point), self.scale * (MOST - self.zero_point)

    def quantize(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
        """Values to the nearest integers of the grid, in the shape of ``values``."""
        steps = np.multiply(values, np.float32(1 / self.scale), dtype=np.float32)
        steps += np.float32(self.zero_point)
        np.rint(steps, out=steps)
        np.clip(steps, LEAST, MOST, out=steps)
        return steps.astype(np.int8)

    def dequantize(self, integers: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
        """Inverse of ``quantize``, up to rounding: the values that integers mean."""
        values = integers.astype(np.float32)
        values -= np.float32(self.zero_point)
        values *= np.float32(self.scale)
        return values


def grid_over(least: float, most: float) -> Grid:
    """The grid of 256 steps over a range, widened to hold 0 exactly.

    Raises:
        ValueError: The range is empty.
    """
    least, most = min(least, 0.0), max(most, 0.0)
    if not least < most:
        raise ValueError(f"a grid needs a range, got {least}..{most}")
    scale = float(np.float32((most - least) / (MOST - LEAST)))
    zero_point = round(LEAST - least / scale)
    return Grid(scale, int(np.clip(zero_point, LEAST, MOST)))


class QuantizedWeights(NamedTuple):
    """Weights of a layer as integers.

    Attributes:
        kernel: int8, -127..127, in the shape of the float kernel (HWIO, or HWC1 for depthwise).
        scales: float32 ``[output channels]``; value = scale * integer.
        bias: int32 ``[output channels]``; value = scale * scale of the input * integer.
    """

    kernel: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    bias: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class QuantizedNetwork:
    """An int8 network.

    Attributes:
        network: The layers.
        weights: Integer weights by layer.
        grids: Grid of every tensor by name.
        gammas: Weights of the ``l2_norm`` layers, which stay float32.
        float_input: Whether the caller's tensor is the network's float32 input, to be put on its
            grid by the graph; otherwise it is int8, a pixel minus 128.
    """

    network: Network
    weights: Mapping[str, QuantizedWeights]
    grids: Mapping[str, Grid]
    gammas: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    float_input: bool = False
