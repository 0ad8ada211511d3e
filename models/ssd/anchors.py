"""Anchors: the boxes, fixed by the manifest, that a network's offsets are relative to.

They are the default boxes of SSD (arXiv:1512.02325, section 2.2).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .spec import AnchorLayer


def build_anchors(layers: Sequence[AnchorLayer]) -> npt.NDArray[np.float32]:
    """Builds all anchors of a network.

    Args:
        layers: The anchor layers in output order.

    Returns:
        float32 ``[A, 4]``: centre y, centre x, height, width, in unit coordinates of the network's
        input (1.0 is its height or width); ordered by layer, row, column, size. Not clipped.
    """
    return np.concatenate([_layer_anchors(layer) for layer in layers])


def _layer_anchors(layer: AnchorLayer) -> npt.NDArray[np.float32]:
    rows, columns = layer.grid
    center_y = (np.arange(rows) + layer.offset) * layer.step[0]
    center_x = (np.arange(columns) + layer.offset) * layer.step[1]
    sizes = np.asarray(layer.sizes)
    anchors = np.empty((rows, columns, len(sizes), 4), np.float32)
    anchors[..., 0] = center_y[:, None, None]
    anchors[..., 1] = center_x[None, :, None]
    anchors[..., 2:] = sizes
    return anchors.reshape(-1, 4)
