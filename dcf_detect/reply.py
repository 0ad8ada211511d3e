"""The function's JSON reply, read: what a caller of a remote detector has in hand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .box import Box
from .failure import Failure


@dataclass(frozen=True)
class Reply:
    """What a reply tells of one picture.

    Attributes:
        boxes: What was found.
        size: Width and height of the picture, where the reply tells them (``format=full``).
        model: Name, version and digest of the model, likewise.
        timings_ms: Milliseconds of each stage, likewise.
        error: Why there are no boxes, for a picture of a batch.
    """

    boxes: tuple[Box, ...]
    size: tuple[int, int] | None = None
    model: Mapping[str, str] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    error: Failure | None = None


def read_reply(reply: object) -> Reply:
    """Reads a reply in ``format=json`` or ``format=full``.

    Args:
        reply: The text or bytes of a reply, or what a JSON reader made of them.

    Raises:
        ValueError: It is no such reply of one picture, or tells of an error.
    """
    if isinstance(reply, str | bytes | bytearray):
        reply = _parsed(reply)
    if isinstance(reply, Mapping) and "error" in reply:
        return _failed(reply["error"])
    if isinstance(reply, Mapping):
        return _whole(reply)
    return Reply(_boxes(reply))


def _parsed(text: str | bytes | bytearray) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # what is not UTF-8 is one of the first
        start = text[:60]
        raise ValueError(f"this is not JSON: {start!r}; give the body of a reply") from error


def _failed(error: object) -> Reply:
    told = error if isinstance(error, Mapping) else {}
    code, message = str(told.get("code", "unknown")), str(told.get("message", error))
    # Only an entry of a batch has its place in it; the error of a whole call is no result.
    if "index" not in told:
        raise ValueError(f"the reply is an error, {code}: {message}")
    return Reply((), error=Failure(code, message))


def _whole(reply: Mapping[str, object]) -> Reply:
    if "detections" not in reply:
        raise ValueError(
            f"the reply has no 'detections', it has {', '.join(map(str, reply)) or 'nothing'}: "
            "replies in format=json or format=full are read"
        )
    image, model, spent = (_mapping(reply, key) for key in ("image", "model", "timings_ms"))
    size = image.get("width"), image.get("height")
    width, height = (side if isinstance(side, int) else 0 for side in size)
    return Reply(
        _boxes(reply["detections"]),
        (width, height) if width > 0 and height > 0 else None,
        {str(key): str(value) for key, value in model.items()},
        {key: float(value) for key, value in spent.items() if isinstance(value, int | float)},
    )


def _mapping(reply: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = reply.get(key, {})
    return value if isinstance(value, Mapping) else {}


def _boxes(entries: object) -> tuple[Box, ...]:
    if not isinstance(entries, list | tuple):
        raise ValueError(
            f"a reply is a list of detections, got {type(entries).__name__}: replies in "
            "format=json or format=full are read"
        )
    if any(isinstance(entry, list) or _is_batch_entry(entry) for entry in entries):
        raise ValueError(
            f"this is the reply to a batch of {len(entries)} pictures: read each of its entries, "
            "[Result.from_json(entry) for entry in json.loads(text)]"
        )
    return tuple(map(_box, entries))


def _is_batch_entry(entry: object) -> bool:
    return isinstance(entry, Mapping) and ("detections" in entry or "error" in entry)


def _box(entry: object) -> Box:
    if not isinstance(entry, Mapping):
        raise ValueError(f"a detection is an object of JSON, got {str(entry)[:60]!r}")
    return Box.from_dict(entry)
