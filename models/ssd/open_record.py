"""Records that keep what they do not know: what a newer release adds survives a rewrite.

A reader that ignores a field of such a record answers as well as before; fields that change an
answer belong into a strict ``Record``, and into a new schema version.
"""

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

_KEPT = "others"


class OpenRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of records that describe.

    Attributes:
        others: Fields that this release does not know, as they were read.
    """

    others: dict[str, Any] = msgspec.field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The record as JSON has it: plain values, what is not known beside what is."""
        document: dict[str, Any] = unfold(msgspec.to_builtins(self), type(self))
        return document


def fold(document: Any, kind: object) -> Any:  # noqa: ANN401 - plain values of any kind
    """Moves the unknown fields of open records into their ``others``, at any depth.

    Args:
        document: Plain values, as JSON has them.
        kind: The type that they are to become.

    Returns:
        The same, ready for ``msgspec.convert``, which refuses what does not fit the type.
    """
    record = _struct(kind)
    if record is not None and isinstance(document, Mapping):
        kinds = _fields(record)
        known = {
            name: fold(value, kinds[name]) for name, value in document.items() if name in kinds
        }
        rest = {name: value for name, value in document.items() if name not in kinds}
        return known | ({_KEPT: rest} if issubclass(record, OpenRecord) else rest)
    item = _item(kind)
    if item is not None and isinstance(document, list):
        return [fold(each, item) for each in document]
    return document


def unfold(document: Any, kind: object) -> Any:  # noqa: ANN401 - plain values of any kind
    """Puts the unknown fields back beside the known ones: the inverse of ``fold``.

    Args:
        document: Plain values of a record, as ``msgspec.to_builtins`` makes them.
        kind: The record's type.

    Returns:
        The same as JSON has it.
    """
    record = _struct(kind)
    if record is not None and isinstance(document, Mapping):
        kinds = _fields(record)
        known = {
            name: unfold(value, kinds[name]) for name, value in document.items() if name in kinds
        }
        return known | document.get(_KEPT, {})
    item = _item(kind)
    if item is not None and isinstance(document, list | tuple):
        return [unfold(each, item) for each in document]
    return document


def _struct(kind: object) -> type[msgspec.Struct] | None:
    """The record that a type is, or is where it is not None."""
    if get_origin(kind) in (Union, UnionType):
        found = [each for each in map(_struct, get_args(kind)) if each is not None]
        return found[0] if found else None
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


def _item(kind: object) -> object:
    """The type of a tuple's items, where there are any number of them."""
    arguments = get_args(kind)
    return arguments[0] if get_origin(kind) is tuple and arguments[1:] == (Ellipsis,) else None


@cache
def _fields(record: type[msgspec.Struct]) -> dict[str, object]:
    """Type of each field by its name in a document; ``others`` is none of them."""
    hints = get_type_hints(record)
    return {
        field.encode_name: hints[field.name]
        for field in msgspec.structs.fields(record)
        if field.name != _KEPT
    }
