"""A YAML file as tables that know their own path, so that every complaint names file and key."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from dcf.errors import ConfigError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> object:
    """What a file holds; raises `ConfigError` with the place that is wrong."""
    try:
        return yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except OSError as fault:
        raise ConfigError(
            f"{path}: cannot be read ({fault.strerror}): give a config file with -f"
        ) from fault
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}:{place}: not YAML: {fault.problem or fault.context}") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: not YAML: {str(fault).splitlines()[0]}") from fault


class Table:
    """A map of the file that knows its own path, so that every complaint names the key."""

    def __init__(self, file: str, path: str, raw: object, allowed: tuple[str, ...]) -> None:
        self._file, self._path = file, path
        if not isinstance(raw, dict | None):
            raise ConfigError(
                f"{file}: {path or 'the file'} must be a map of keys, got {_kind(raw)}"
            )
        self.raw: dict[str, Any] = raw or {}
        for key in self.raw:
            if key not in allowed:
                words = ", ".join(allowed)
                near = get_close_matches(str(key), allowed, 1)
                hint = f"did you mean {near[0]}? " if near else ""
                raise ConfigError(f"{self.place(str(key))}: unknown key; {hint}allowed are {words}")

    def place(self, key: str) -> str:
        """The file and the key's full path."""
        return f"{self._file}: {self._path}{'.' if self._path else ''}{key}"

    def text(self, key: str) -> str:
        """A scalar as text; empty when absent."""
        value = self.raw.get(key)
        if isinstance(value, dict | list):
            raise ConfigError(f"{self.place(key)} must be text, got {_kind(value)}")
        return _as_text(value)

    def flag(self, key: str) -> bool:
        """A yes or no; no when absent."""
        value = self.raw.get(key)
        if not isinstance(value, bool | None):
            raise ConfigError(f"{self.place(key)} must be true or false, got {_kind(value)}")
        return bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of scalars as texts; empty when absent."""
        value = self.raw.get(key)
        if not isinstance(value, list | None):
            raise ConfigError(
                f"{self.place(key)} must be a list, got {_kind(value)}: write `{key}: [{value}]`"
            )
        for item in value or ():
            if isinstance(item, dict | list):
                raise ConfigError(
                    f"{self.place(key)} must be a list of texts, got {_kind(item)} in it"
                )
        return tuple(_as_text(item) for item in value or ())

    def table(self, key: str, allowed: tuple[str, ...]) -> "Table":
        """A map below; empty when absent."""
        path = f"{self._path}{'.' if self._path else ''}{key}"
        return Table(self._file, path, self.raw.get(key), allowed)

    def mapping(self, key: str) -> dict[str, str]:
        """A map of free keys to scalars."""
        value = self.raw.get(key)
        if not isinstance(value, dict | None):
            raise ConfigError(f"{self.place(key)} must be a map, got {_kind(value)}")
        for name, item in (value or {}).items():
            if isinstance(item, dict | list):
                raise ConfigError(f"{self.place(key)}.{name} must be text, got {_kind(item)}")
        return {str(name): _as_text(item) for name, item in (value or {}).items()}

    def filled(self) -> dict[str, str]:
        """The keys of this map that are not empty."""
        return {key: self.text(key) for key in self.raw if self.text(key)}


def _as_text(value: object) -> str:
    """A YAML scalar in YAML's own spelling, so that `on: true` reaches the function as `true`."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(value: object) -> str:
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    return repr(value)
