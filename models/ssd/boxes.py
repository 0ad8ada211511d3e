"""From a network's raw output to detections: threshold, decode, clip, sort, suppress, scale.

The order is that of the SSD reference code: select by score, decode, clip to the image, keep the
best ``top_k``, suppress within each class.
"""

import math

import numpy as np
import numpy.typing as npt

from .anchors import build_anchors
from .candidates import Candidates
from .coder import decode
from .detections import Detections
from .labels import Labels
from .manifest import Manifest
from .settings import Settings


class BoxReader:
    """Reads detections out of scores and offsets; one for a model, shared by all calls."""

    def __init__(self, manifest: Manifest, labels: Labels) -> None:
        self._anchors = build_anchors(manifest.anchors)
        self._coder = manifest.box_coder
        self._activation = manifest.outputs.activation
        self._background = manifest.outputs.background
        self._names = labels.names
        self._labels = labels
        self._class_ids = np.asarray(labels.class_ids, np.int64)

    def read(
        self,
        scores: npt.NDArray[np.float32],
        offsets: npt.NDArray[np.float32],
        size: tuple[int, int],
        settings: Settings,
    ) -> Detections:
        """Reads the detections of one image, see ``find`` and ``detections``."""
        return self.detections(self.find(scores, offsets, settings), size)

    def find(
        self,
        scores: npt.NDArray[np.float32],
        offsets: npt.NDArray[np.float32],
        settings: Settings,
    ) -> Candidates:
        """Reads what the network found in what it looked at.

        Args:
            scores: float32 ``[A, C]``, before the activation.
            offsets: float32 ``[A, 4]``, as the network writes them.
            settings: What the call asked for.

        Returns:
            What is left after suppression, best first.

        Raises:
            OptionError: The call names a class the model does not have.
        """
        rows, columns, confidences = self._candidates(scores, settings)
        boxes = self._boxes(offsets, rows)
        # A box that lies outside the image, or has collapsed, shows nothing.
        solid = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        order = _best(np.where(solid, confidences, -1), settings.top_k)
        order = order[solid[order]]
        found = Candidates(boxes[order], columns[order], confidences[order])
        return found.apart(settings.iou, settings.max_detections)

    def detections(self, found: Candidates, size: tuple[int, int]) -> Detections:
        """Puts what was found in an image into its pixels.

        Args:
            found: In shares of the image.
            size: Its height and width, in pixels.

        Returns:
            Detections in pixels of an image of that size, best first.
        """
        height, width = size
        return Detections(
            names=tuple(self._names[column] for column in found.columns),
            class_ids=self._class_ids[found.columns],
            scores=found.confidences,
            boxes=found.boxes * np.array([height, width, height, width], np.float32),
            height=height,
            width=width,
        )

    def _boxes(
        self, offsets: npt.NDArray[np.float32], rows: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float32]:
        """The box of each row ``[K, 4]``, clipped to the unit image."""
        if len(rows) < len(self._anchors):
            boxes = decode(offsets[rows], self._anchors[rows], self._coder)
            return np.clip(boxes, 0, 1, out=boxes)
        # An anchor that may answer many classes is decoded once.
        boxes = decode(offsets, self._anchors, self._coder)
        return np.clip(boxes, 0, 1, out=boxes)[rows]

    def _candidates(
        self, scores: npt.NDArray[np.float32], settings: Settings
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float32]]:
        """Rows, columns and confidences ``[K]`` of all scores at or above the threshold."""
        if self._activation == "sigmoid":
            # The sigmoid rises, so raw scores can be compared with the threshold's logit; only the
            # few above it are ever activated.
            rows, columns = self._select(scores, _logit(settings.threshold), settings)
            return rows, columns, _sigmoid(scores[rows, columns])
        if self._activation == "softmax":
            scores = _softmax(scores)
        rows, columns = self._select(scores, settings.threshold, settings)
        return rows, columns, scores[rows, columns]

    def _select(
        self, scores: npt.NDArray[np.float32], least: float, settings: Settings
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        # NaN compares false: a broken score is never a detection.
        rows, columns = np.divmod(np.flatnonzero(scores >= least), scores.shape[1])
        if self._background is not None:
            real = columns != self._background
            rows, columns = rows[real], columns[real]
        if settings.classes:
            wanted = np.isin(columns, self._labels.columns(settings.classes))
            rows, columns = rows[wanted], columns[wanted]
        return rows, columns


def _best(scores: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.intp]:
    """Indexes of the ``count`` best scores, best first; equal ones keep their order."""
    if len(scores) > 4 * count:
        # Sorting is only worth it for what can be kept, with all that tie with the last of them.
        least = np.partition(scores, -count)[-count]
        able = np.flatnonzero(scores >= least)
        return able[np.argsort(-scores[able], kind="stable")[:count]]
    return np.argsort(-scores, kind="stable")[:count]


def _logit(share: float) -> float:
    if share <= 0:
        return -math.inf
    return math.inf if share >= 1 else math.log(share / (1 - share))


def _sigmoid(raw: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(raw, -80, 80))), np.float32)


def _softmax(raw: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
