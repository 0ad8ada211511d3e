"""Candidates: boxes that may become answers, before they are put into pixels."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from .nms import suppress


class Candidates(msgspec.Struct, frozen=True):
    """What a look at a picture, or at a part of it, found; best first.

    Attributes:
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax, as shares of what was looked at.
        columns: ``[K]``: the class column of each.
        confidences: float32 ``[K]``: 0..1, descending.
    """

    boxes: npt.NDArray[np.float32]
    columns: npt.NDArray[np.intp]
    confidences: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.boxes)

    def chosen(self, which: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> "Candidates":
        """Some of them, by index, mask or slice."""
        return Candidates(self.boxes[which], self.columns[which], self.confidences[which])

    def apart(self, iou: float, most: int) -> "Candidates":
        """The best of them, at most so many, of which no two of a class overlap by more."""
        return self.chosen(suppress(self.boxes, self.columns, iou, most))


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Those of several looks, best first; equally good ones in the order of the looks."""
    confidences = np.concatenate([part.confidences for part in parts])
    together = Candidates(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.columns for part in parts]),
        confidences,
    )
    return together.chosen(np.argsort(-confidences, kind="stable"))
