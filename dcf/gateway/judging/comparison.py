"""Whether two answers to one call say the same.

Detections agree as detectors are compared: the same classes, with boxes that overlap. The answers
are of two functions, and nothing about them is believed: neither their types nor their sizes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_SAME_BOX = 0.5  # intersection over union, as PASCAL VOC counts a box as found
_SAME_PICTURE = 0.8  # F1: of two boxes against three
_MOST = 300  # detections of a picture; with more every pair of them would be too much work
_ABSENT = object()


@dataclass(frozen=True)
class Kept:
    """An answer: its status, and the whole of its body."""

    status: int
    body: bytes


def agree(one: Kept, other: Kept) -> bool:
    """Whether they say the same: detections by their boxes, other JSON by value, else bytes.

    Of two errors of one class the words may differ.
    """
    if one.status // 100 != other.status // 100:
        return False
    if one.body == other.body or one.status >= 400:
        return True
    first, second = _json(one.body), _json(other.body)
    if first is _ABSENT or second is _ABSENT:
        return False
    try:
        is_batch = _is_batch(first, second)
        return _alike(first, second) or (is_batch and all(map(_alike, first, second)))
    except RecursionError:  # nested as deep as can be decoded, and too deep to be compared
        return False


def _json(body: bytes) -> Any:  # noqa: ANN401 - whatever it holds
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _ABSENT


def _is_batch(one: object, other: object) -> bool:
    return isinstance(one, list) and isinstance(other, list) and len(one) == len(other)


def _alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - of any kind
    """Of one picture, or of what is none."""
    if isinstance(one, dict) and isinstance(other, dict) and "detections" in one:
        one, other = one["detections"], other.get("detections")
    boxes, others = _boxes(one), _boxes(other)
    if boxes is None or others is None:
        return bool(one == other)
    if not boxes and not others:
        return True
    return 2 * _matched(boxes, others) / (len(boxes) + len(others)) >= _SAME_PICTURE


_Box = tuple[str, float, float, float, float]


def _boxes(found: object) -> Sequence[_Box] | None:
    """The detections of one picture; None for anything else."""
    if not isinstance(found, list) or len(found) > _MOST:
        return None
    boxes = [_box(each) for each in found]
    return [each for each in boxes if each] if all(boxes) else None


def _box(found: object) -> _Box | None:
    if not isinstance(found, dict) or "class" not in found:
        return None
    try:
        # The first DCF sent them as text.
        left, top, right, bottom = (float(found[key]) for key in _CORNERS)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(left + top + right + bottom):
        return None
    return str(found["class"]), left, top, right, bottom


def _matched(boxes: Sequence[_Box], others: Sequence[_Box]) -> int:
    """How many pairs there are of one class that overlap enough, the closest taken first."""
    pairs = sorted(
        (
            (overlap, place, other_place)
            for place, box in enumerate(boxes)
            for other_place, other in enumerate(others)
            if box[0] == other[0] and (overlap := _overlap(box, other)) >= _SAME_BOX
        ),
        reverse=True,
    )
    taken, others_taken = set[int](), set[int]()
    for _, place, other_place in pairs:
        if place not in taken and other_place not in others_taken:
            taken.add(place)
            others_taken.add(other_place)
    return len(taken)


def _overlap(box: _Box, other: _Box) -> float:
    """Intersection over union; of boxes without an area, whether they are one."""
    if box == other:
        return 1.0
    _, left, top, right, bottom = box
    _, other_left, other_top, other_right, other_bottom = other
    width = min(right, other_right) - max(left, other_left)
    height = min(bottom, other_bottom) - max(top, other_top)
    if width <= 0 or height <= 0:
        return 0.0
    area = (right - left) * (bottom - top) + (other_right - other_left) * (other_bottom - other_top)
    return width * height / (area - width * height)
