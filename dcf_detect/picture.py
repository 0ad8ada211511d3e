"""One picture in whatever form it came, read when it is needed."""

import re
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL.Image import Image

from .arrays import RGB_BYTES, Form, Pixels, rgb_from_array, rgb_from_image

_ADDRESS = re.compile(r"data:|[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Readable(Protocol):
    """An open file."""

    def read(self) -> bytes:
        """All its bytes."""


Source = (
    str | PathLike[str] | bytes | bytearray | memoryview | Readable | Image
    | npt.NDArray[np.uint8] | npt.NDArray[np.floating[Any]]
)  # fmt: skip
"""A path, the bytes of a file, an open file, a Pillow image, an array."""


@dataclass(frozen=True)
class Picture:
    """A picture that came.

    Attributes:
        content: A path, the bytes of a file, a Pillow image, or an array.
        name: Where it came from, for people; empty where it has no name.
        form: How arrays are to be taken.
        frame: Number of a video's frame.
        seconds: When that was.
    """

    content: Path | bytes | Image | npt.NDArray[np.generic] = field(repr=False)
    name: str = ""
    form: Form = RGB_BYTES
    frame: int | None = None
    seconds: float | None = None

    def load(self) -> bytes | Pixels:
        """Its encoded bytes, or its pixels: RGB, uint8 ``[H, W, 3]``.

        Raises:
            OSError: The file cannot be read.
            TypeError: The array is of a type that is not read.
            ValueError: The array is no picture.
        """
        if isinstance(self.content, Path):
            return self.content.read_bytes()
        if isinstance(self.content, bytes):
            return self.content
        if isinstance(self.content, Image):
            return rgb_from_image(self.content)
        return rgb_from_array(self.content, self.form)


def picture_of(source: object, form: Form = RGB_BYTES, name: str = "") -> Picture:
    """Takes one picture, in any form a program may have it; nothing is read but open files.

    Args:
        source: A path, bytes of a file, an open file, a Pillow image, or an array.
        form: How arrays are to be taken.
        name: What it is called where it has no name of its own.

    Raises:
        TypeError: It is none of these; the message says what came.
        ValueError: It is an address of the web, or empty.
    """
    if isinstance(source, str | PathLike):
        return Picture(path_of(source), fspath(source))
    if isinstance(source, bytes | bytearray | memoryview):
        return Picture(bytes(source), name)
    if isinstance(source, np.ndarray | Image):
        return Picture(source, name, form)
    read = getattr(source, "read", None)
    if callable(read):
        content = read()
        if isinstance(content, bytes):
            return Picture(content, str(getattr(source, "name", name)))
        raise TypeError("a file that was opened as text came: open it with mode 'rb'")
    raise refusal(source)


def path_of(source: str | PathLike[str]) -> Path:
    """A path, as text or as such.

    Raises:
        ValueError: It is an address of the web, or empty.
    """
    text = fspath(source)
    if _ADDRESS.match(text):
        raise ValueError(
            f"{text[:60]!r} is an address, and addresses are never fetched: fetch it yourself, "
            "and give its bytes"
        )
    if not text:
        raise ValueError("the path is empty: give a picture's, or the bytes of one")
    return Path(text)


def refusal(source: object) -> TypeError:
    """Says what came that is no picture, and what to do."""
    kind = type(source)
    told = f"{kind.__module__}.{kind.__name__}" if kind.__module__ != "builtins" else kind.__name__
    hint = "give a path, bytes, a Pillow image, a numpy array, or a list of these"
    if source is None:
        told, hint = "None", f"{hint} (cv2.imread answers None for a file that it cannot read)"
    elif hasattr(source, "__array__"):
        hint = "give its numpy array, such as tensor.cpu().numpy()"
    return TypeError(f"{told} is no picture: {hint}")
