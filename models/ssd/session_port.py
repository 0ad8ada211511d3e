"""The session's port: what runs a network, whichever engine is behind it."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32 | np.int8]
Outputs = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


class Session(Protocol):
    """What runs a network. Safe to call from many threads."""

    def run(self, tensor: Tensor, others: int = 0) -> Outputs:
        """Runs the network.

        Args:
            tensor: ``[N, height, width, 3]`` as the bundle's input spec says.
            others: Calls in progress besides this one; a lone call may use every processor.

        Returns:
            float32 scores ``[N, A, C]`` before the activation, and float32 offsets ``[N, A, 4]``.
        """
