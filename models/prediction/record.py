"""What is known of a picture once it has been answered, in plain values."""

from typing import NamedTuple

import msgspec


class Box(NamedTuple):
    """An object found.

    Attributes:
        name: Its class.
        class_id: The id of its class.
        score: Confidence, 0..1.
        ymin: Top edge in pixels of the picture as sent and EXIF-turned.
        xmin: Left edge.
        ymax: Bottom edge.
        xmax: Right edge.
    """

    name: str
    class_id: int
    score: float
    ymin: float
    xmin: float
    ymax: float
    xmax: float


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a picture.

    Attributes:
        at: Its place among the pictures wanted, from 0.
        state: Size and time of its last change, to see that it is still the same.
        height: In pixels, as sent and EXIF-turned; 0 where it could not be read.
        width: Likewise.
        boxes: What was found, best first.
        error: Why it could not be read; empty where it was.
    """

    at: int
    state: tuple[int, int]
    height: int = 0
    width: int = 0
    boxes: tuple[Box, ...] = ()
    error: str = ""
