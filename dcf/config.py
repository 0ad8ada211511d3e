"""config.yaml, DCF's own schema: read key by key into frozen records.

An unknown key is refused with its path and the near miss. Beyond the original keys there are
`handler.include` and `handler.exclude`, which say what goes into the function's archive.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from dcf.archive import Entry
from dcf.errors import ConfigError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOP = ("functions", "dcf", "openfx")
_FUNCTION = (
    "runtime", "desc", "maintainer", "handler", "docker_registry", "image", "registry_auth",
    "environment", "environment_file", "secrets", "constraints", "labels", "annotations", "limits",
    "requests", "build_options", "build_args", "dockerfile", "skip_build", "platform",
)  # fmt: skip
_HANDLER = ("dir", "file", "name", "include", "exclude")
_RESOURCES = ("memory", "cpu", "gpu")


@dataclass(frozen=True)
class FunctionConfig:  # pylint: disable=too-many-instance-attributes # one a key of the schema
    """One function of a config file, with the environment files already merged in."""

    name: str
    root: Path
    entry: Entry
    runtime: str = "python3"
    desc: str = ""
    maintainer: str = ""
    image: str = ""
    registry: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, str] = field(default_factory=dict)
    build_options: tuple[str, ...] = ()
    build_args: Mapping[str, str] = field(default_factory=dict)
    dockerfile: str = ""
    skip_build: bool = False
    platform: str = ""


@dataclass(frozen=True)
class Config:
    """A config file: its functions in the order written, and the gateway it names, or nothing."""

    path: Path
    functions: tuple[FunctionConfig, ...]
    gateway: str = ""


def load(path: Path) -> Config:
    """Read a config file; raises `ConfigError` with the line or the key that is wrong."""
    top = _Table(str(path), "", _read_yaml(path), _TOP)
    functions = top.raw.get("functions")
    if not isinstance(functions, dict) or not functions:
        raise ConfigError(
            f"{path}: functions must be a map of at least one function, got {functions!r}"
        )
    gateway = ""
    for key in ("dcf", "openfx"):
        gateway = gateway or top.table(key, ("gateway",)).text("gateway")
    return Config(
        path, tuple(_function(path, str(name), raw) for name, raw in functions.items()), gateway
    )


def _read_yaml(path: Path) -> object:
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


def _function(path: Path, name: str, raw: object) -> FunctionConfig:
    table = _Table(str(path), f"functions.{name}", raw, _FUNCTION)
    handler = table.table("handler", _HANDLER)
    places = _Places(path.parent, (handler.text("dir") or "./src", *handler.texts("include")))
    return FunctionConfig(
        name=name,
        root=places.root,
        entry=Entry(
            places.of(handler.text("dir") or "./src"),
            handler.text("file") or "handler.py",
            handler.text("name") or "Handler",
        ),
        runtime=table.text("runtime") or "python3",
        desc=table.text("desc"),
        maintainer=table.text("maintainer"),
        image=table.text("image"),
        registry=table.text("docker_registry"),
        include=tuple(map(places.of, handler.texts("include"))),
        exclude=tuple(map(places.of, handler.texts("exclude"))),
        environment=table.mapping("environment") | _environment_files(path, table),
        secrets=table.texts("secrets"),
        constraints=table.texts("constraints"),
        labels=table.mapping("labels"),
        annotations=table.mapping("annotations"),
        limits=table.table("limits", _RESOURCES).filled(),
        requests=table.table("requests", _RESOURCES).filled(),
        build_options=table.texts("build_options"),
        build_args=_build_args(table),
        dockerfile=table.text("dockerfile"),
        skip_build=table.flag("skip_build"),
        platform=table.text("platform"),
    )


class _Places:
    """Paths of a function that may lie above its config file (`../src`), all below one root."""

    def __init__(self, folder: Path, paths: tuple[str, ...]) -> None:
        self.root, self._below = folder, ""
        for _ in range(max(Path(os.path.normpath(each)).parts.count("..") for each in paths)):
            self._below = os.path.join(self.root.resolve().name, self._below)  # noqa: PTH118 - a text
            self.root = self.root.resolve().parent

    def of(self, path: str) -> str:
        """A path of the config file as it is below the root."""
        return os.path.normpath(f"{self._below}/{path}") if self._below else path


def _environment_files(path: Path, table: "_Table") -> dict[str, str]:
    """What the listed files hold under `environment`; they win over the inline map (contract)."""
    merged: dict[str, str] = {}
    for listed in table.texts("environment_file"):
        file = path.parent / listed
        merged |= _Table(str(file), "", _read_yaml(file), ("environment",)).mapping("environment")
    return merged


def _build_args(table: "_Table") -> dict[str, str]:
    pairs: dict[str, str] = {}
    for argument in table.texts("build_args"):
        key, equals, value = argument.partition("=")
        for wrong, words in (
            (not equals, "each build-arg must take the form key=value"),
            (not key, "build-arg must have a non-empty key"),
            (not value, "build-arg must have a non-empty value"),
        ):
            if wrong:
                raise ConfigError(f"{table.place('build_args')}: {words}, got {argument!r}")
        pairs[key] = value
    return pairs


class _Table:
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

    def table(self, key: str, allowed: tuple[str, ...]) -> "_Table":
        """A map below; empty when absent."""
        path = f"{self._path}{'.' if self._path else ''}{key}"
        return _Table(self._file, path, self.raw.get(key), allowed)

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
