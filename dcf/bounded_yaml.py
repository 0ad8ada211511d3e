"""YAML from people and gateways, read within limits: size, depth, and what aliases make of it.

A few kilobytes of brackets or aliases can take minutes and gigabytes in a plain loader. The
parser's events are looked at first, one by one, so that it stops where a limit is passed.
"""

from typing import Any, NamedTuple

import yaml

from . import yaml_schema as schema

MAX_BYTES, MAX_DEPTH, MAX_NODES = 1 << 20, 32, 100_000
_MAX_DIGITS, _NUMBERS = 4300, frozenset("+-.0123456789")  # Python's own limit
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Values(_LOADER):  # type: ignore[misc] # either of two loaders
    """Reads numbers and truth values as YAML 1.2 has them."""


class _Texts(_LOADER):  # type: ignore[misc] # either of two loaders
    """Reads every value as the text that is written there, and nothing as None."""


def _whole(loader: Any, node: yaml.ScalarNode) -> int:  # noqa: ANN401 - either of two loaders
    text: str = loader.construct_scalar(node)
    return int(text, 0 if text[:2] in {"0x", "0o"} else 10)


def _written(loader: Any, node: yaml.Node) -> str:  # noqa: ANN401 - either of two loaders
    return str(loader.construct_scalar(node))


schema.resolve_by_core(_Values)
schema.resolve_by_core(_Texts)
_Values.add_constructor(schema.INT, _whole)
for _tag in (schema.BOOL, schema.INT, schema.FLOAT):
    _Texts.add_constructor(_tag, _written)


class NotReadable(Exception):
    """The text is no YAML that is taken here; its words say why, and where."""


class Written(NamedTuple):
    """A text that people wrote.

    Attributes:
        value: Maps, lists and texts; None where nothing is written.
        disputed: The lines with a value that older readers of YAML take for something else.
    """

    value: object
    disputed: tuple[int, ...]


def read(data: bytes) -> object:
    """What a program's text holds; raises `NotReadable`."""
    return _read(data, _Values).value


def read_texts(data: bytes) -> Written:
    """What a person's text holds, its values as they are written; raises `NotReadable`."""
    return _read(data, _Texts)


def _read(data: bytes, loader: type[Any]) -> Written:
    if len(data) > MAX_BYTES:
        raise NotReadable(f"more than {MAX_BYTES >> 20} MiB")
    try:
        disputed = _measure(data)
        return Written(yaml.load(data, Loader=loader), disputed)  # noqa: S506 - both are safe
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise NotReadable(f"{place}not YAML: {fault.problem or fault.context}") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise NotReadable(f"not YAML: {str(fault).splitlines()[0]}") from fault
    except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as fault:
        # The library's constructors fail so at `2001-99-99`, `!!int x` and 5,000 digits.
        raise NotReadable(f"not YAML: a value that is none of its kind ({fault})"[:200]) from fault


class _Begun:
    """A list or map whose end has not come.

    Attributes:
        anchor: Its name, if it has one.
        before: Values before its end, itself the last of them.
        keys: Those of a map; None for a list.
        is_value: Of a map: whether a key waits for its value.
    """

    def __init__(self, event: yaml.CollectionStartEvent, before: int) -> None:
        self.anchor, self.before, self.is_value = event.anchor, before, False
        self.keys: set[str] | None = set() if isinstance(event, yaml.MappingStartEvent) else None

    def take(self, event: yaml.NodeEvent) -> None:
        """Take a key or a value; a key that is there already is refused, as YAML has it."""
        if self.keys is None:
            return
        self.is_value = not self.is_value
        if self.is_value and isinstance(event, yaml.ScalarEvent) and event.value != "<<":
            if event.value in self.keys:
                raise NotReadable(_at(event, f"the key {event.value[:60]!r} is there twice"))
            self.keys.add(event.value)


class _Measure:
    """What a text's events come to; every alias counts for as many values as it stands for.

    Attributes:
        disputed: The lines of disputed values.
    """

    def __init__(self) -> None:
        self.disputed: dict[int, None] = {}
        self._values = 0
        self._weights: dict[str | None, int] = {}
        self._begun: list[_Begun] = []

    def take(self, event: yaml.Event) -> None:
        """Take the next event; raises `NotReadable` where a limit is passed."""
        if self._begun and isinstance(event, yaml.NodeEvent):
            self._begun[-1].take(event)
        if isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._values += 1
            self._begun.append(_Begun(event, self._values))
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self._begun.pop()
            self._weights[ended.anchor] = self._values - ended.before + 1
        if len(self._begun) > MAX_DEPTH:
            raise NotReadable(_at(event, f"more than {MAX_DEPTH} lists and maps in one another"))
        if self._values > MAX_NODES:
            raise NotReadable(_at(event, f"more than {MAX_NODES} values, aliases written out"))

    def _alias(self, event: yaml.AliasEvent) -> None:
        # One that is not complete refers to what it is in; an unknown one is the loader's.
        if event.anchor in {each.anchor for each in self._begun}:
            raise NotReadable(_at(event, f"alias {str(event.anchor)[:60]} refers to itself"))
        self._values += self._weights.get(event.anchor, 1)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        is_plain = event.implicit[0]
        if len(event.value) > _MAX_DIGITS and is_plain and event.value[0] in _NUMBERS:
            raise NotReadable(_at(event, f"a number of more than {_MAX_DIGITS} digits"))
        if is_plain and event.start_mark and schema.is_disputed(event.value):
            self.disputed[event.start_mark.line + 1] = None
        self._values += 1
        self._weights[event.anchor] = 1


def _measure(data: bytes) -> tuple[int, ...]:
    """Follow the events; gives the lines of disputed values."""
    measure = _Measure()
    for event in yaml.parse(data, Loader=_LOADER):
        measure.take(event)
    return tuple(measure.disputed)


def _at(event: yaml.Event, words: str) -> str:
    mark = event.start_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: {words}" if mark else words
