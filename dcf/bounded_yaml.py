"""YAML from people and gateways, read within limits: size, depth, and what aliases make of it.

A few kilobytes of brackets or aliases can take minutes and gigabytes in a plain loader. The
parser's events are looked at first, one by one, so that it stops where a limit is passed.
"""

from typing import Any

import yaml

MAX_BYTES, MAX_DEPTH, MAX_NODES = 1 << 20, 32, 100_000
_MAX_DIGITS, _NUMBERS = 4300, frozenset("+-.0123456789")  # Python's own limit
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotReadable(Exception):
    """The text is no YAML that is taken here; its words say why, and where."""


def read(data: bytes) -> object:
    """What a text holds; raises `NotReadable`."""
    if len(data) > MAX_BYTES:
        raise NotReadable(f"more than {MAX_BYTES >> 20} MiB")
    try:
        _measure(data)
        return yaml.load(data, Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise NotReadable(f"{place}not YAML: {fault.problem or fault.context}") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise NotReadable(f"not YAML: {str(fault).splitlines()[0]}") from fault
    except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as fault:
        # The library's constructors fail so at `2001-99-99`, `!!int x` and 5,000 digits.
        raise NotReadable(f"not YAML: a value that is none of its kind ({fault})"[:200]) from fault


def _measure(data: bytes) -> None:
    """Follow the events; every alias counts for as many nodes as it stands for."""
    nodes = 0
    weights: dict[str | None, int] = {}
    began: list[tuple[str | None, int]] = []
    for event in yaml.parse(data, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            # One that is not complete refers to what it is in; an unknown one is the loader's.
            if event.anchor in {anchor for anchor, _ in began}:
                raise NotReadable(_at(event, f"alias {str(event.anchor)[:60]} refers to itself"))
            nodes += weights.get(event.anchor, 1)
        elif isinstance(event, yaml.ScalarEvent):
            if len(event.value) > _MAX_DIGITS and event.implicit[0] and event.value[0] in _NUMBERS:
                raise NotReadable(_at(event, f"a number of more than {_MAX_DIGITS} digits"))
            nodes += 1
            weights[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            nodes += 1
            began.append((event.anchor, nodes))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = began.pop()
            weights[anchor] = nodes - before + 1
        if len(began) > MAX_DEPTH:
            raise NotReadable(_at(event, f"more than {MAX_DEPTH} lists and maps in one another"))
        if nodes > MAX_NODES:
            raise NotReadable(_at(event, f"more than {MAX_NODES} values, aliases written out"))


def _at(event: yaml.Event, words: str) -> str:
    mark = event.start_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: {words}" if mark else words
