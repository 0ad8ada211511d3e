"""Reads a golden file: what the original SSD-300 VGG16 computed of some images with seeded weights.

An ``.npz`` with ``anchors_cycxhw`` and, for each image, ``NAME/input`` and the arrays of ``_KEYS``.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import BadGolden

Floats = npt.NDArray[np.float32]
Shape = tuple[int | str, ...]

_ANCHORS = "anchors_cycxhw"
# Array of an image -> its shape; a letter is any number, the same for the whole image.
_KEYS: dict[str, Shape] = {
    "input": ("H", "W", 3),
    "scores": ("A", "C"),
    "offsets": ("A", 4),
    "threshold": (),
    "classes": ("K",),
    "det_scores": ("K",),
    "boxes_yxyx": ("K", 4),
}
_SEED = re.compile(r"seed[_-]?(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GoldenImage:
    """What the original computed of one image.

    Attributes:
        name: Name of the image.
        tensor: float32 ``[H, W, 3]``: the network's input.
        scores: float32 ``[A, C]``: probabilities, background first.
        offsets: float32 ``[A, 4]``, as the network writes them.
        threshold: Score above which the detections below were selected.
        classes: int64 ``[K]``: class column of each detection, best first.
        confidences: float32 ``[K]``: score of each detection.
        boxes: float32 ``[K, 4]``: ymin, xmin, ymax, xmax in unit coordinates.
    """

    name: str
    tensor: Floats
    scores: Floats
    offsets: Floats
    threshold: float
    classes: npt.NDArray[np.int64]
    confidences: Floats
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Golden:
    """A golden file.

    Attributes:
        anchors: float32 ``[A, 4]``: centre y, centre x, height, width; unit coordinates.
        images: Its images, by name.
        seed: The seed of the weights, where file, name or a JSON file beside it tells it.
    """

    anchors: Floats
    images: tuple[GoldenImage, ...]
    seed: int | None


def read_golden(path: Path, tensor: Shape, columns: int) -> Golden:
    """Reads a golden file.

    Args:
        path: The ``.npz``.
        tensor: Height, width and channels of the network's input.
        columns: Class columns of the network.

    Returns:
        Its arrays, checked.

    Raises:
        BadGolden: It is no such file, or an array is missing, of another shape, or not of finite
            numbers.
    """
    arrays = _load(path)
    if _ANCHORS not in arrays:
        raise BadGolden(f"{path} has no array {_ANCHORS}: is it a golden file of SSD-300 VGG16?")
    names = sorted(key.removesuffix("/input") for key in arrays if key.endswith("/input"))
    if not names:
        raise BadGolden(f"{path} has no array NAME/input: is it a golden file of SSD-300 VGG16?")
    sizes: dict[str, int | str] = {"H": tensor[0], "W": tensor[1], "C": columns}
    _check(path, _ANCHORS, arrays[_ANCHORS], ("A", 4), sizes)
    images = tuple(_image(path, name, arrays, dict(sizes)) for name in names)
    return Golden(arrays[_ANCHORS].astype(np.float32), images, _find_seed(path, arrays))


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        # Opened here: of a broken file, numpy leaves its own handle to the garbage collector.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    # A damaged file fails in any of these ways, depending on where; a single array is no context.
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError) as error:
        raise BadGolden(f"{path} is not an .npz file, or is damaged: fetch it again") from error


def _image(
    path: Path, name: str, arrays: Mapping[str, npt.NDArray[Any]], sizes: dict[str, int | str]
) -> GoldenImage:
    for key, shape in _KEYS.items():
        full = f"{name}/{key}"
        if full not in arrays:
            raise BadGolden(f"{path} has no array {full}")
        _check(path, full, arrays[full], shape, sizes)
    own = {key: arrays[f"{name}/{key}"] for key in _KEYS}
    if not 0 <= own["threshold"] <= 1:
        raise BadGolden(f"{path}: {name}/threshold must be 0..1, it is {own['threshold']}")
    return GoldenImage(
        name=name,
        tensor=own["input"].astype(np.float32),
        scores=own["scores"].astype(np.float32),
        offsets=own["offsets"].astype(np.float32),
        threshold=float(own["threshold"]),
        classes=own["classes"].astype(np.int64),
        confidences=own["det_scores"].astype(np.float32),
        boxes=own["boxes_yxyx"].astype(np.float32),
    )


def _check(
    path: Path, key: str, array: npt.NDArray[Any], shape: Shape, sizes: dict[str, int | str]
) -> None:
    """Refuses an array of another shape; a letter met for the first time takes what it finds."""
    if len(array.shape) == len(shape):
        for letter, size in zip(shape, array.shape, strict=True):
            sizes.setdefault(str(letter), size)
    wanted = [sizes.get(str(side), side) for side in shape]
    if list(array.shape) != wanted:
        raise BadGolden(f"{path}: {key} is {list(array.shape)} instead of {wanted}")
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise BadGolden(f"{path}: {key} must hold finite numbers, it holds {array.dtype}")


def _find_seed(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> int | None:
    """The seed from the file, else from its name, else from the JSON file beside it."""
    if "seed" in arrays:
        if arrays["seed"].size != 1 or arrays["seed"].dtype.kind not in "iu":
            raise BadGolden(f"{path}: seed must be one whole number")
        return int(arrays["seed"].item())
    named = _SEED.search(path.stem)
    if named:
        return int(named.group(1))
    beside = path.with_suffix(".json")
    if not beside.is_file():
        return None
    try:
        seed = json.loads(beside.read_bytes())["seed"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadGolden(f'{beside} should hold {{"seed": N}}') from error
    if not isinstance(seed, int):
        raise BadGolden(f'{beside} should hold {{"seed": N}} with a whole number')
    return seed
