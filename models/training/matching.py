"""Which anchor is to find which object: SSD's matching strategy (arXiv:1512.02325, section 2.2)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..ssd.anchors import build_anchors
from ..ssd.coder import encode
from ..ssd.nets.layers import Network
from ..ssd.nms import overlaps

NEGATIVE, IGNORED = -1, -2
"""An anchor that is to find nothing; one that may answer what it will."""

_INSIDE = 0.5
"""Share of what is seen of an anchor inside a crowd, or a difficult object, to be ignored."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the network is to answer for one picture.

    Attributes:
        columns: int32 ``[A]``: the class of the object that an anchor is to find (a position among
            the data set's classes, from 0; no background counted), NEGATIVE or IGNORED.
        offsets: float32 ``[A, 4]``: the offsets that turn the anchor into the object's box, as the
            network's coder writes them; zeros where there is none.
    """

    columns: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.float32]


class Matcher:
    """Matches the objects of pictures with a network's anchors.

    Args:
        network: The network.
        least_overlap: Overlap (IoU) with an object from which an anchor is to find it.
    """

    def __init__(self, network: Network, least_overlap: float = 0.5) -> None:
        self._anchors = build_anchors(network.anchors)
        half = self._anchors[:, 2:] / 2
        center = self._anchors[:, :2]
        self._corners = np.concatenate([center - half, center + half], axis=1)
        self._coder = network.box_coder
        self._least = least_overlap

    def __call__(
        self,
        boxes: npt.NDArray[np.float32],
        columns: npt.NDArray[np.intp],
        judged: npt.NDArray[np.bool_],
    ) -> Targets:
        """Matches one picture's objects.

        Args:
            boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax; unit coordinates, not empty.
            columns: ``[K]``: the class of each.
            judged: bool ``[K]``: those to be learnt; near the others nothing is.

        Returns:
            What each anchor is to answer.
        """
        wanted, classes = boxes[judged], columns[judged]
        owners = match(overlaps(self._corners, wanted), self._least)
        found = owners >= 0
        answer = np.where(found, 0, NEGATIVE).astype(np.int32)
        offsets = np.zeros((len(owners), 4), np.float32)
        if found.any():
            answer[found] = classes[owners[found]]
            offsets[found] = encode(wanted[owners[found]], self._anchors[found], self._coder)
        if not judged.all():
            near = _inside(np.clip(self._corners, 0, 1), boxes[~judged]) >= _INSIDE
            answer[~found & near.any(axis=1)] = IGNORED
        return Targets(answer, offsets)


def match(shares: npt.NDArray[np.float32], least: float) -> npt.NDArray[np.intp]:
    """Gives every object an anchor, then every other anchor the object it overlaps enough.

    First each object gets its best anchor; where several want one, it goes to the one that overlaps
    it most, and the others look on. Then an anchor that overlaps an object by ``least`` or more is
    to find the one that it overlaps most.

    Args:
        shares: Overlap (IoU) ``[A, K]`` of anchors with objects.
        least: Overlap of the second step.

    Returns:
        ``[A]``: the object that each anchor is to find; -1 for none.
    """
    anchors, objects = shares.shape
    if objects == 0:
        return np.full(anchors, -1, np.intp)
    best = shares.argmax(axis=1)
    owners = np.where(shares[np.arange(anchors), best] >= least, best, -1)
    free, waiting = shares.copy(), list(range(objects))
    while waiting:
        chosen = free[:, waiting].argmax(axis=0)
        pairs = sorted(zip(waiting, chosen, strict=True), key=lambda pair: -free[pair[1], pair[0]])
        taken: set[int] = set()
        for wanted, anchor in pairs:
            if int(anchor) not in taken:
                taken.add(int(anchor))
                owners[anchor] = wanted
                waiting.remove(wanted)
        free[list(taken)] = -1  # nobody gets it any more
        if (free < 0).all():
            break  # more objects than anchors
    return owners


def _inside(
    boxes: npt.NDArray[np.float32], others: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Share ``[K, M]`` of each box's area that lies inside each other box."""
    least = np.maximum(boxes[:, None, :2], others[None, :, :2])
    most = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.maximum(most - least, 0).prod(axis=2)
    return np.asarray(shared / (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)[:, None], np.float32)
