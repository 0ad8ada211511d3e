"""The box coder: offsets to boxes, and boxes back to offsets.

SSD (arXiv:1512.02325, section 2.2) and Faster R-CNN share the formulas; the manifest says in which
order a network writes its four offsets and how each is scaled.
"""

import numpy as np
import numpy.typing as npt

from .spec import BoxCoderSpec

# Position of centre y, centre x, height, width among the four offsets.
_POSITIONS = {"yxhw": [0, 1, 2, 3], "xywh": [1, 0, 3, 2]}
# exp() of more would overflow float32; no box is e**20 times its anchor.
_MAX_LOG_SIZE = 20.0


def decode(
    offsets: npt.NDArray[np.float32], anchors: npt.NDArray[np.float32], spec: BoxCoderSpec
) -> npt.NDArray[np.float32]:
    """Moves and scales anchors by a network's offsets.

    Args:
        offsets: float32 ``[K, 4]`` as the network writes them, in ``spec.order``.
        anchors: float32 ``[K, 4]``: centre y, centre x, height, width; unit coordinates.
        spec: Order and variances.

    Returns:
        float32 ``[K, 4]``: ymin, xmin, ymax, xmax in unit coordinates, not clipped.
    """
    scaled = offsets[:, _POSITIONS[spec.order]] * np.asarray(spec.variances, np.float32)
    center = anchors[:, :2] + scaled[:, :2] * anchors[:, 2:]
    half = np.exp(np.minimum(scaled[:, 2:], _MAX_LOG_SIZE)) * (anchors[:, 2:] / 2)
    return np.concatenate([center - half, center + half], axis=1, dtype=np.float32)


def encode(
    boxes: npt.NDArray[np.float32], anchors: npt.NDArray[np.float32], spec: BoxCoderSpec
) -> npt.NDArray[np.float32]:
    """Inverse of ``decode``: the offsets that turn each anchor into its box.

    Args:
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax in unit coordinates, of positive size.
        anchors: float32 ``[K, 4]``: centre y, centre x, height, width; unit coordinates.
        spec: Order and variances.

    Returns:
        float32 ``[K, 4]`` in ``spec.order``.
    """
    size = boxes[:, 2:] - boxes[:, :2]
    center = boxes[:, :2] + size / 2
    offsets = np.concatenate(
        [(center - anchors[:, :2]) / anchors[:, 2:], np.log(size / anchors[:, 2:])], axis=1
    ) / np.asarray(spec.variances, np.float32)
    # The permutations are their own inverses: swapping y with x twice changes nothing.
    return offsets[:, _POSITIONS[spec.order]].astype(np.float32)
