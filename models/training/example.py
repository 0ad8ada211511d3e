"""A picture with its objects, as it goes through augmentation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and the objects in it.

    Attributes:
        pixels: uint8 ``[H, W, 3]``: RGB, 0..255.
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax, in these pixels.
        columns: intp ``[K]``: the class of each, a position among the data set's classes.
        judged: bool ``[K]``: those to be learnt; a crowd and a difficult object are not.
    """

    pixels: npt.NDArray[np.uint8]
    boxes: npt.NDArray[np.float32]
    columns: npt.NDArray[np.intp]
    judged: npt.NDArray[np.bool_]
