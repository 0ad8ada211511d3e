"""The integer grids of tensors and weights: value = scale * (integer - zero point)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

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
