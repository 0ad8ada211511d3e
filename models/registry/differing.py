"""How two models differ, field by field."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .record import ModelRecord


class Differing(NamedTuple):
    """A field that is not the same in both.

    Attributes:
        field: Its name; parts of a mapping are named with a dot.
        first: Its value in the first model; None where it has none.
        second: Its value in the second.
    """

    field: str
    first: Any
    second: Any


def differences(first: ModelRecord, second: ModelRecord) -> list[Differing]:
    """The fields that differ, in order of their names in the record."""
    ours, theirs = (dict(_flat("", record.values())) for record in (first, second))
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [
        Differing(name, ours.get(name), theirs.get(name))
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def _flat(prefix: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value
