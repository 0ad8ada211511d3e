"""One picture in whatever form it came, read when it is needed."""

import re
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image
    from typing_extensions import TypeIs

    from .arrays import Form, Pixels

_ADDRESS = re.compile(r"data:|[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Readable(Protocol):
    """An open file."""

    def read(self) -> bytes:
        """All its bytes."""


if TYPE_CHECKING:
    # A path, the bytes of a file, an open file, a Pillow image, an array.
    Source = (
        str | PathLike[str] | bytes | bytearray | memoryview | Readable | Image
        | npt.NDArray[np.uint8] | npt.NDArray[np.floating[Any]]
    )  # fmt: skip
    Content = Path | bytes | Image | npt.NDArray[np.generic]


@dataclass(frozen=True)
class Picture:
    """A picture that came.

    Attributes:
        content: A path, the bytes of a file, a Pillow image, or an array.
        name: Where it came from, for people; empty where it has no name.
        form: How arrays are to be taken; RGB bytes when None.
        frame: Number of a video's frame.
        seconds: When that was.
    """

    content: "Content" = field(repr=False)
    name: str = ""
    form: "Form | None" = None
    frame: int | None = None
    seconds: float | None = None

    def load(self) -> "bytes | Pixels":
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
        from .arrays import Form, rgb_from_array, rgb_from_image

        if is_image(self.content):
            return rgb_from_image(self.content)
        return rgb_from_array(self.content, self.form or Form())


def picture_of(source: object, form: "Form | None" = None, name: str = "") -> Picture:
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
    if is_array(source) or is_image(source):
        return Picture(source, name, form)
    read = getattr(source, "read", None)
    if callable(read):
        content = read()
        if isinstance(content, bytes):
            return Picture(content, str(getattr(source, "name", name)))
        raise TypeError("a file that was opened as text came: open it with mode 'rb'")
    raise refusal(source)


def path_of(source: "str | PathLike[str]") -> Path:
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


def is_array(source: object) -> "TypeIs[npt.NDArray[np.generic]]":
    """Whether it is an array of numpy's, told without importing that."""
    return _is_kind(source, "numpy", "ndarray")


def is_image(source: object) -> "TypeIs[Image]":
    """Whether it is a Pillow image, told likewise."""
    return _is_kind(source, "PIL.Image", "Image")


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


def _is_kind(source: object, module: str, name: str) -> bool:
    kinds = type(source).__mro__
    return any((kind.__module__, kind.__name__) == (module, name) for kind in kinds)
