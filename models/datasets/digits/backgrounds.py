"""What digits are drawn on: parts of photos, and textures made of noise and waves."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from ...ssd.image import ImageDecoder

Pixels = npt.NDArray[np.uint8]

_PHOTO_SHARE = 0.5
_LEAST_PART = 0.35
"""Of a photo's sides."""
_SUFFIXES = {".jpg", ".jpeg", ".png"}


def read_photos(folder: Path | None) -> tuple[Pixels, ...]:
    """The photos of a folder, in order of name.

    Args:
        folder: It; none are read when None.

    Returns:
        uint8 ``[H, W, 3]`` RGB each.

    Raises:
        ImageError: One cannot be read.
    """
    if folder is None:
        return ()
    decoder = ImageDecoder(None)
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES)
    return tuple(decoder.decode(file.read_bytes()).pixels for file in files)


def background(
    chance: np.random.Generator, size: tuple[int, int], photos: tuple[Pixels, ...]
) -> Pixels:
    """A part of a photo or a texture, of less contrast than photos have.

    Args:
        chance: Where chance comes from.
        size: Height and width.
        photos: uint8 ``[H, W, 3]`` RGB each; textures alone when empty.

    Returns:
        uint8 ``[height, width, 3]``.
    """
    if photos and chance.random() < _PHOTO_SHARE:
        made = _part(chance, size, photos[chance.integers(len(photos))])
    else:
        made = _texture(chance, size)
    contrast, middle = chance.uniform(0.3, 0.9), float(made.mean())
    shifted = np.clip(middle + chance.uniform(-40, 40), 30, 225)
    return np.asarray(
        cv2.convertScaleAbs(made, alpha=contrast, beta=max(0.0, shifted - contrast * middle)),
        np.uint8,
    )


def _part(chance: np.random.Generator, size: tuple[int, int], photo: Pixels) -> Pixels:
    height, width = (max(1, int(side * chance.uniform(_LEAST_PART, 1))) for side in photo.shape[:2])
    top = chance.integers(photo.shape[0] - height + 1)
    left = chance.integers(photo.shape[1] - width + 1)
    part = photo[top : top + height, left : left + width]
    if chance.random() < 0.5:
        part = part[:, ::-1]
    return np.asarray(cv2.resize(part, size[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _texture(chance: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """Two colours, mixed by noise of a few grains and perhaps a wave."""
    height, width = size
    field: npt.NDArray[np.float32] = np.zeros(size, np.float32)
    for grain in (chance.uniform(60, 300), chance.uniform(15, 60), chance.uniform(3, 15)):
        cells = chance.random((int(height / grain) + 2, int(width / grain) + 2), np.float32)
        field += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    field /= 3
    if chance.random() < 0.5:
        down, across = chance.normal(0, 0.15, 2)
        rows = np.arange(height, dtype=np.float32)[:, None] * np.float32(down)
        columns = np.arange(width, dtype=np.float32) * np.float32(across)
        field = 0.7 * field + 0.15 * np.asarray(1 + np.sin(rows + columns), np.float32)
    first, second = chance.uniform(0, 255, (2, 1, 1, 3)).astype(np.float32)
    mixed = first + (second - first) * field[..., None]
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)
