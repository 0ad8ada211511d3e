"""A YAML file as tables that know their own path, so that every complaint names file and key."""

from functools import cache
from pathlib import Path
from typing import Any

from .bounded_yaml import MAX_BYTES, NotReadable, read_texts
from .errors import ConfigError
from .terminal.printing import write_note

_SHOWN = 60
_LINES_SHOWN = 10
_FLAGS = {"": False, "true": True, "false": False}


def read_yaml(path: Path, notes: list[str]) -> object:
    """What a file holds, its values as they are written.

    Args:
        path: The file.
        notes: Gets a line where readers of YAML disagree on what is written.

    Raises:
        ConfigError: It cannot be read; with the place that is wrong.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        why = (fault.strerror if isinstance(fault, OSError) else "") or str(fault)
        raise ConfigError(f"{path}: cannot be read ({why}): give a config file with -f") from fault
    try:
        written = read_texts(data)
    except NotReadable as fault:
        raise ConfigError(f"{path}: {fault}") from fault
    if written.disputed:
        notes.append(_note(path, written.disputed))
    return written.value


@cache
def tell_once(note: str) -> None:
    """Write a note, if this process has not done so before."""
    write_note(f"Note: {note}")


def _note(path: Path, lines: tuple[int, ...]) -> str:
    """Names the places, never what stands there: a value may be a secret."""
    more = len(lines) - _LINES_SHOWN
    shown = ", ".join(map(str, lines[:_LINES_SHOWN])) + (f" and {more} more" if more > 0 else "")
    word = "line" if len(lines) == 1 else "lines"
    return (
        f"{path}: {word} {shown}: taken as written, which other readers of YAML change: "
        "put it in quotes"
    )


class Table:
    """A map of the file that knows its own path, so that every complaint names the key."""

    def __init__(
        self,
        file: str,
        path: str,
        raw: object,
        allowed: tuple[str, ...],
        above: tuple[str, ...] = (),
    ) -> None:
        self._file, self._path, self._allowed = file, path, allowed
        if not isinstance(raw, dict | None):
            raise ConfigError(
                f"{file}: {path or 'the file'} must be a map of keys, got {kind(raw)}"
                + (_as_map(path, allowed, raw) if above else "")
            )
        self.raw: dict[str, Any] = raw or {}
        for key in self.raw:
            if key not in allowed:
                raise ConfigError(self._unknown(str(key), above))

    def _unknown(self, key: str, above: tuple[str, ...]) -> str:
        from .near_misses import near_key

        place = f"{self._path}{'.' if self._path else ''}{_cut(key)}"
        meant = near_key(key, self._path, self._allowed, above)
        hint = f"did you mean {meant}?" if meant else f"allowed are {', '.join(self._allowed)}"
        return f"{self._file}: unknown key {place}: {hint}"

    def place(self, key: str) -> str:
        """The file and the key's full path."""
        return f"{self._file}: {self._path}{'.' if self._path else ''}{key}"

    def text(self, key: str) -> str:
        """A scalar as text; empty when absent."""
        value = self.raw.get(key)
        if isinstance(value, dict | list | set):
            raise ConfigError(f"{self.place(key)} must be text, got {kind(value)}")
        return _as_text(value)

    def flag(self, key: str) -> bool:
        """A yes or no; no when absent."""
        value = self.raw.get(key)
        said = None if isinstance(value, dict | list) else _FLAGS.get(_as_text(value).lower())
        if said is None:
            raise ConfigError(f"{self.place(key)} must be true or false, got {kind(value)}")
        return said

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of scalars as texts; empty when absent."""
        value = self.raw.get(key)
        if not isinstance(value, list | None):
            raise ConfigError(
                f"{self.place(key)} must be a list, got {kind(value)}: "
                f"write `{key}: [{'...' if isinstance(value, dict) else _cut(str(value))}]`"
            )
        for item in value or ():
            if isinstance(item, dict | list | set):
                raise ConfigError(
                    f"{self.place(key)} must be a list of texts, got {kind(item)} in it"
                )
        return tuple(_as_text(item) for item in value or ())

    def table(self, key: str, allowed: tuple[str, ...]) -> "Table":
        """A map below; empty when absent."""
        path = f"{self._path}{'.' if self._path else ''}{key}"
        return Table(self._file, path, self.raw.get(key), allowed, self._allowed)

    def mapping(self, key: str) -> dict[str, str]:
        """A map of free keys to scalars."""
        value = self.raw.get(key)
        if not isinstance(value, dict | None):
            raise ConfigError(
                f"{self.place(key)} must be a map, got {kind(value)}: "
                f"write `{key}: {{NAME: value}}`"
            )
        for name, item in (value or {}).items():
            if isinstance(item, dict | list | set):
                raise ConfigError(
                    f"{self.place(key)}.{_cut(str(name))} must be text, got {kind(item)}"
                )
        return {str(name): _as_text(item) for name, item in (value or {}).items()}

    def filled(self) -> dict[str, str]:
        """The keys of this map that are not empty."""
        return {key: self.text(key) for key in self.raw if self.text(key)}


def _as_map(path: str, allowed: tuple[str, ...], raw: object) -> str:
    """How text becomes a map: other tools have one word here, for the first of our keys."""
    if not allowed or isinstance(raw, list | set):
        return ""
    return f": write `{path.rpartition('.')[2]}: {{{allowed[0]}: {_cut(str(raw))}}}`"


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def kind(value: object) -> str:
    """What a value is, in a few words."""
    if isinstance(value, dict | list | set):
        return "a map" if isinstance(value, dict) else "a list"
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
