"""What a data set is, in one number: the same wherever it lies and in whatever order."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from .record import Annotated, DataSet

_PER_PIXEL = 100
"""Edges count in hundredths of a pixel: layouts round shares of a picture differently."""
MARK_DIGITS = 16


def digest_of(data: DataSet, progress: Callable[[int], None] | None = None) -> str:
    """Sums up the content of the pictures, their boxes, classes and flags.

    Neither names and ids of pictures, nor their order, nor the numbers of classes count; what was
    set aside does not either.

    Args:
        data: The data set.
        progress: Called with 1 after each picture.

    Returns:
        SHA-256, as hex.
    """
    lines = []
    for picture in data.pictures:
        lines.append(_line(picture, data.names))
        if progress is not None:
            progress(1)
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def picture_marks(pictures: Iterable[Annotated]) -> str:
    """The pictures' digests, shortened to 16 hexadecimal digits: sorted, a line each, no two alike.

    A hundred thousand of them are 1.7 MB, and tell whether another picture is one of them.
    """
    return "".join(f"{mark}\n" for mark in sorted({picture_mark(each.file) for each in pictures}))


def picture_mark(file: Path) -> str:
    """A picture's line of ``picture_marks``."""
    return file_digest(file).hex()[:MARK_DIGITS]


def file_digest(file: Path) -> bytes:
    """SHA-256 of a picture's file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _line(picture: Annotated, names: tuple[str, ...]) -> bytes:
    edges = np.rint(picture.boxes.astype(np.float64) * _PER_PIXEL).astype(np.int64).tolist()
    objects = sorted(
        zip(
            (names[column] for column in picture.columns),
            edges,
            picture.crowd.tolist(),
            picture.difficult.tolist(),
            strict=True,
        )
    )
    return file_digest(picture.file) + hashlib.sha256(repr(objects).encode()).digest()
