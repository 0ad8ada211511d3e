"""Frames of a video file or a camera, as they come."""

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from .picture import Picture

SUFFIXES = (
    ".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts",
    ".ogv", ".ts", ".webm", ".wmv",
)  # fmt: skip


def open_video(source: Path | int) -> Iterator[Picture]:
    """Opens a video; what reads its frames closes it at their end, or when it is closed itself.

    Args:
        source: A file, or a camera's number.

    Returns:
        Its frames: RGB, with their number and time.

    Raises:
        OSError: It cannot be opened, or has no frame.
    """
    live = isinstance(source, int)
    if isinstance(source, int):
        name = f"camera {source}"
        capture = cv2.VideoCapture(source)
    else:
        name = str(source)
        # An absolute path, which no reader takes for an address or a numbered series of pictures;
        # and by FFmpeg alone, which opens nothing but files on behalf of a file.
        capture = cv2.VideoCapture(str(source.absolute()), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        hint = "is it connected, and free?" if live else "is it a video?"
        raise OSError(f"{name} cannot be opened: {hint}")
    good, first = capture.read()
    if not good:
        capture.release()
        raise OSError(f"{name} has no frame that can be read")
    return _frames(capture, name, first, live=live)


def _frames(
    capture: cv2.VideoCapture, name: str, pixels: object, *, live: bool
) -> Iterator[Picture]:
    started, number, good = time.monotonic(), 0, True
    try:
        while good:
            seconds = (
                time.monotonic() - started if live else capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3
            )
            content = cv2.cvtColor(np.asarray(pixels, np.uint8), cv2.COLOR_BGR2RGB)
            yield Picture(content, name, frame=number, seconds=round(seconds, 6))
            good, pixels = capture.read()
            number += 1
    finally:
        capture.release()
