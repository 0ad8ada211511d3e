"""The bare loop: JPEG to boxes with numpy, OpenCV and LiteRT, in one file and as plain as can be.

It shares no line with the detector, so that nothing of the product's cost hides in both sides of a
comparison. Run as a script it is the cold start to compare with: ``plain_loop.py BUNDLE PHOTO``.
"""

import json
import math
import struct
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

_REDUCED = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}
_SIDE = 300


class PlainLoop:
    """Loads a bundle's graph once and answers photos; for one thread.

    Args:
        bundle: The bundle's folder.
        reduced: Whether JPEGs are decoded at the smallest scale that still covers the network's
            input, as the product does, or at full size, as most programs do.
    """

    def __init__(self, bundle: Path, reduced: bool = True) -> None:
        cv2.setNumThreads(1)
        manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
        self._reduced = reduced
        self._names = (bundle / "labels.txt").read_text(encoding="utf-8").split("\n")
        self._interpreter = Interpreter(str(bundle / manifest["graph"]), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        details = {each["name"]: each for each in self._interpreter.get_output_details()}
        self._scores = [details[name] for name in manifest["outputs"]["scores"]]
        self._offsets = [details[name] for name in manifest["outputs"]["offsets"]]
        self._ids = manifest["outputs"]["class_ids"]
        self._anchors = np.concatenate([_anchors(layer) for layer in manifest["anchors"]])
        self._variances = np.array(manifest["box_coder"]["variances"], np.float32)
        self._defaults = manifest["defaults"]

    def __call__(self, encoded: bytes) -> list[dict[str, object]]:
        """The product's default reply to an RGB or grey JPEG without EXIF turn, not yet JSON."""
        height, width = _jpeg_size(encoded)
        scale = _scale(height, width) if self._reduced else 1
        pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), _REDUCED[scale])
        resized = cv2.resize(np.asarray(pixels), (_SIDE, _SIDE))
        self._interpreter.set_tensor(self._input["index"], self._tensor(np.asarray(resized)))
        self._interpreter.invoke()
        return self._boxes(self._read(self._scores, len(self._ids)), height, width)

    def _tensor(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
        if self._input["dtype"] == np.int8:
            return (pixels ^ 0x80).view(np.int8)[None]
        tensor = pixels.astype(np.float32)
        tensor *= 1 / 127.5
        tensor -= 1
        return tensor[None]

    def _read(self, outputs: list[dict[str, Any]], depth: int) -> npt.NDArray[np.float32]:
        parts = []
        for output in outputs:
            raw = self._interpreter.get_tensor(output["index"]).reshape(-1, depth)
            scale, zero = output["quantization"]
            parts.append((raw.astype(np.float32) - zero) * np.float32(scale) if scale else raw)
        return np.concatenate(parts)

    def _boxes(
        self, logits: npt.NDArray[np.float32], height: int, width: int
    ) -> list[dict[str, object]]:
        """Threshold, decode, clip, sort, suppress by class, scale to pixels of the photo."""
        threshold, iou = self._defaults["threshold"], self._defaults["iou"]
        hits = np.flatnonzero(logits >= math.log(threshold / (1 - threshold)))
        hits = hits[np.argsort(-logits.ravel()[hits], kind="stable")][: self._defaults["top_k"]]
        rows, columns = np.divmod(hits, logits.shape[1])
        scores = 1 / (1 + np.exp(-logits.ravel()[hits]))
        scaled = self._read(self._offsets, 4)[rows] * self._variances
        anchors = self._anchors[rows]
        center = anchors[:, :2] + scaled[:, :2] * anchors[:, 2:]
        half = np.exp(scaled[:, 2:]) * anchors[:, 2:] / 2
        boxes = np.clip(np.concatenate([center - half, center + half], axis=1), 0, 1)
        kept = _suppress(boxes, columns, iou)
        pixels = boxes * np.array([height, width, height, width], np.float32)
        return [
            {
                "class": self._names[columns[index]],
                "class_id": self._ids[columns[index]],
                "confidence": float(scores[index]),
                "xmin": math.floor(pixels[index, 1]),
                "ymin": math.floor(pixels[index, 0]),
                "xmax": math.ceil(pixels[index, 3]),
                "ymax": math.ceil(pixels[index, 2]),
            }
            for index in kept
        ]


def _anchors(layer: dict[str, Any]) -> npt.NDArray[np.float32]:
    """Anchors of one layer, ``[rows * columns * sizes, 4]``: centre y, x, height, width, 0..1."""
    (rows, columns), (step_y, step_x) = layer["grid"], layer["step"]
    return np.array(
        [
            [(row + layer["offset"]) * step_y, (column + layer["offset"]) * step_x, *size]
            for row in range(rows)
            for column in range(columns)
            for size in layer["sizes"]
        ],
        np.float32,
    )


def _suppress(
    boxes: npt.NDArray[np.float32], columns: npt.NDArray[np.intp], iou: float
) -> list[int]:
    """Indexes of the boxes that no better one of their class overlaps by more than ``iou``."""
    kept: list[int] = []
    for index in range(len(boxes)):
        same = [other for other in kept if columns[other] == columns[index]]
        if all(_overlap(boxes[other], boxes[index]) <= iou for other in same):
            kept.append(index)
    return kept


def _overlap(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    ymin, xmin = max(one[0], other[0]), max(one[1], other[1])
    ymax, xmax = min(one[2], other[2]), min(one[3], other[3])
    shared = max(0.0, ymax - ymin) * max(0.0, xmax - xmin)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return float(shared / (sum(areas) - shared))


def _jpeg_size(encoded: bytes) -> tuple[int, int]:
    """Height and width from the frame header (ITU T.81, B.2.2)."""
    position = 2
    while True:
        marker, length = struct.unpack_from(">HH", encoded, position)
        if 0xFFC0 <= marker <= 0xFFC2:
            height, width = struct.unpack_from(">HH", encoded, position + 5)
            return height, width
        position += 2 + length


def _scale(height: int, width: int) -> int:
    for scale in (8, 4, 2):
        if height // scale >= _SIDE and width // scale >= _SIDE:
            return scale
    return 1


if __name__ == "__main__":
    print(json.dumps(PlainLoop(Path(sys.argv[1]))(Path(sys.argv[2]).read_bytes())), flush=True)
