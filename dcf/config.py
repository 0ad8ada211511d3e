"""config.yaml, DCF's own schema: read key by key into frozen records.

An unknown key is refused with its path and the near miss. Beyond the original keys there are
`handler.include` and `handler.exclude`, which say what goes into the function's archive.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .archive import Entry
from .config_table import Table, kind, read_yaml, tell_once
from .errors import ConfigError, InvalidRequest

_TOP = ("functions", "dcf", "openfx")
FUNCTION_KEYS = (
    "runtime", "desc", "maintainer", "handler", "docker_registry", "image", "registry_auth",
    "environment", "environment_file", "secrets", "constraints", "labels", "annotations", "limits",
    "requests", "build_options", "build_args", "dockerfile", "skip_build", "platform", "scale",
)  # fmt: skip
_ANY_NUMBER = 10**9  # of replicas: how many there may be is the gateway's to say
_HANDLER = ("dir", "file", "name", "include", "exclude")
_RESOURCES = ("memory", "cpu", "gpu")
_SCALE = (
    "min", "max", "target", "type", "zero", "zero_duration", "target_proportion", "down_window"
)  # fmt: skip


@dataclass(frozen=True)
class FunctionConfig:  # pylint: disable=too-many-instance-attributes # one a key of the schema
    """One function of a config file, with the environment files already merged in.

    Attributes:
        path: The config file.
        folder: Its folder.
        root: The folder below which everything of it lies, the config file's or one above.
        outside: What of `handler` lies above the config file's folder, as written.
        allow_outside: Whether that may be packed all the same.
    """

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
    path: Path = Path()
    folder: Path = Path()
    outside: tuple[str, ...] = ()
    allow_outside: bool = False

    @property
    def image_name(self) -> str:
        """What its container image is called: as written, or its name in its registry."""
        return self.image or "/".join(filter(None, (self.registry.rstrip("/"), self.name)))


@dataclass(frozen=True)
class Config:
    """A config file: its functions in the order written, and the gateway it names, or nothing."""

    path: Path
    functions: tuple[FunctionConfig, ...]
    gateway: str = ""


def load(path: Path) -> Config:
    """Read a config file, and tell what in it is read differently elsewhere.

    Raises:
        ConfigError: With the line or the key that is wrong.
    """
    notes: list[str] = []
    top = Table(str(path), "", read_yaml(path, notes), _TOP)
    functions = top.raw.get("functions")
    if not isinstance(functions, dict) or not functions:
        raise ConfigError(
            f"{path}: functions must be a map of at least one function, got {kind(functions)}"
        )
    gateway = ""
    for key in ("dcf", "openfx"):
        gateway = gateway or top.table(key, ("gateway",)).text("gateway")
    read = tuple(_function(path, str(name), raw, notes) for name, raw in functions.items())
    for note in notes:
        tell_once(note)
    return Config(path, read, gateway)


def _function(path: Path, name: str, raw: object, notes: list[str]) -> FunctionConfig:
    table = Table(str(path), f"functions.{name}", raw, FUNCTION_KEYS)
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
        environment=table.mapping("environment") | _environment_files(path, table, notes),
        secrets=table.texts("secrets"),
        constraints=table.texts("constraints"),
        labels=_labels(table),
        annotations=table.mapping("annotations"),
        limits=table.table("limits", _RESOURCES).filled(),
        requests=table.table("requests", _RESOURCES).filled(),
        build_options=table.texts("build_options"),
        build_args=_build_args(table),
        dockerfile=table.text("dockerfile"),
        skip_build=table.flag("skip_build"),
        platform=table.text("platform"),
        path=path,
        folder=path.parent,
        outside=places.outside,
    )


class _Places:
    """Paths of a function that may lie above its config file (`../src`), all below one root."""

    def __init__(self, folder: Path, paths: tuple[str, ...]) -> None:
        self.root, self._below = folder, ""
        climbs = {each: Path(os.path.normpath(each)).parts.count("..") for each in paths}
        self.outside = tuple(each for each, count in climbs.items() if count)
        for _ in range(max(climbs.values())):
            self._below = os.path.join(self.root.resolve().name, self._below)  # noqa: PTH118 - a text
            self.root = self.root.resolve().parent

    def of(self, path: str) -> str:
        """A path of the config file as it is below the root."""
        return os.path.normpath(f"{self._below}/{path}") if self._below else path


def _environment_files(path: Path, table: "Table", notes: list[str]) -> dict[str, str]:
    """What the listed files hold under `environment`; they win over the inline map (contract)."""
    merged: dict[str, str] = {}
    for listed in table.texts("environment_file"):
        file = path.parent / listed
        read = Table(str(file), "", read_yaml(file, notes), ("environment",))
        merged |= read.mapping("environment")
    return merged


def _labels(table: "Table") -> dict[str, str]:
    """The labels, and those that `scale` stands for: it is for who does not know their names."""
    labels, scale = table.mapping("labels"), table.table("scale", _SCALE)
    if not scale.raw:
        return labels
    from .scale_labels import PREFIX, policy_of

    named = {"down_window": "down.window"}
    for key, text in scale.filled().items():
        label = PREFIX + named.get(key, key.replace("_", "-"))
        if label in labels:
            raise ConfigError(f"{scale.place(key)} and the label {label} say the same: keep one")
        if key == "min" and text == "0":
            raise ConfigError(f"{scale.place(key)} is 0: write `zero: true` for none while idle")
        labels[label] = text.lower() if key == "zero" else text
    try:
        policy_of(labels, _ANY_NUMBER)
    except InvalidRequest as fault:
        raise ConfigError(f"{table.place('scale')}: {fault.message}") from None
    return labels


def _build_args(table: "Table") -> dict[str, str]:
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
