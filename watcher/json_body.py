"""A value of Python as JSON: whatever has one plain meaning there is served.

numpy and other libraries of arrays are known by their `tolist`, so that none is imported here.
What has no plain meaning is an error that names its type and its place, `reply.boxes[3].score`.
"""

import dataclasses
import json
import math
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, KeysView, Mapping, ValuesView
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from .errors import BadReply

# Far deeper than msgspec goes: what is deeper contains itself.
_MOST_DEPTH = 10_000
_LONGEST = 64
_NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{_LONGEST}}}")
_TIMES = ("m", "M")  # numpy's kinds whose `tolist` may be bare numbers
_FINE = (int, bool, type(None))
_LISTS = (list, tuple, set, frozenset)
_MORE_LISTS = (range, deque, KeysView, ValuesView)


class _Key(NamedTuple):
    """A key of a mapping that cannot be one in JSON."""

    key: object


class _At(NamedTuple):
    """A part of the value, and the way to it."""

    value: object
    above: "_At | None"
    step: object
    depth: int


_NO_STEP = object()  # from a value to what stands for it


def encode(value: object, name: str = "reply") -> bytes:
    """Turns a value into JSON.

    Args:
        value: anything.
        name: of the value, in front of the place of what is wrong.

    Returns:
        The JSON.

    Raises:
        BadReply: JSON cannot hold a part of it; the message names place and type.
    """
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        fault = next(_faults(value, name), f"{name} cannot be sent as JSON: {error}")
        raise BadReply(fault) from None
    # msgspec writes NaN and the infinities as null: only then is a second look needed.
    if b"null" in text and _may_have_nan(value):
        for fault in _faults(value, name):
            raise BadReply(fault)
    return text


def _may_have_nan(value: object) -> bool:
    """Looks quickly, in a quarter of the time that finding the place takes."""
    try:
        json.dumps(msgspec.to_builtins(value, str_keys=True, enc_hook=_plain), allow_nan=False)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return True
    return False


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever a handler gave
    """What stands for a value that msgspec does not know."""
    if isinstance(value, type):
        raise TypeError
    if callable(getattr(value, "tolist", None)):
        is_time = getattr(getattr(value, "dtype", None), "kind", None) in _TIMES
        return (value.astype(str) if is_time else value).tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, _MORE_LISTS):
        return list(value)
    raise TypeError


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)


def _faults(value: object, name: str) -> Iterator[str]:
    """What JSON cannot hold, in the order of the value."""
    left = [_At(value, None, name, 0)]
    while left:
        at = left.pop()
        if type(at.value) in _FINE:
            continue
        if at.depth > _MOST_DEPTH:
            yield f"{_place(at, 3)} contains itself, which JSON cannot hold; cut the circle"
            return
        parts = _parts(at.value)
        if parts is not None:
            below = [_At(part, at, step, at.depth + 1) for step, part in parts]
            left += reversed(below)
        elif fault := _fault_of(at.value):
            yield f"{_place(at)} {fault}"


def _parts(value: object) -> Iterable[tuple[object, object]] | None:
    """The parts of a value with their names or numbers; None where there are none."""
    if isinstance(value, (str, float, _Key)):
        return None
    if isinstance(value, Mapping):
        keys = [(_NO_STEP, _Key(key)) for key in value if not _is_key(key)]
        return [*keys, *value.items()]
    if isinstance(value, _LISTS):
        return enumerate(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names: Iterable[str] = [field.name for field in dataclasses.fields(value)]
    else:
        names = getattr(type(value), "__struct_fields__", ())
    if names:
        return [(name, getattr(value, name)) for name in names]
    try:
        return [(_NO_STEP, value.value if isinstance(value, Enum) else _plain(value))]
    except (TypeError, ValueError):
        return None


def _is_key(key: object) -> bool:
    try:
        _ENCODER.encode({key: 0})
    except (TypeError, ValueError, msgspec.MsgspecError):
        return False
    return True


def _fault_of(value: object) -> str:
    """What is wrong with a value that has no parts; empty when nothing is."""
    if isinstance(value, _Key):
        kind = _kind(value.key)
        return (
            f"has the key {_cut(value.key)} of type {kind}, which JSON cannot hold; make it a str"
        )
    if isinstance(value, float) and not math.isfinite(value):
        word = "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
        return f"is {word}, which JSON cannot hold; answer with None there, or leave it out"
    try:
        _ENCODER.encode(value)
    except UnicodeEncodeError:
        return f"is {_cut(value)}, which has half a character; a str must be what UTF-8 can hold"
    except (TypeError, ValueError, msgspec.MsgspecError):
        return (
            f"is of type {_kind(value)}, which JSON cannot hold; make it a str, a number, a list "
            "or a dict, or answer with bytes"
        )
    return ""


def _kind(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _place(at: _At, most: int = 100) -> str:
    """`reply.boxes[3].score`; the first steps alone of a way that is very long."""
    steps: list[object] = []
    here: _At | None = at
    while here is not None:
        if here.step is not _NO_STEP:
            steps.append(here.step)
        here = here.above
    name, *rest = reversed(steps)
    return f"{name}{''.join(map(_step, rest[:most]))}"


def _step(step: object) -> str:
    return f".{step}" if isinstance(step, str) and _NAME.fullmatch(step) else f"[{_cut(step)}]"


def _cut(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
