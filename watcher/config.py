"""The watcher's settings: one table, read once into one frozen value.

Priority, for every setting alike: flag, environment (upper case, lower case, other names), default.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import cores, durations
from .errors import SettingError

_MESH_PREFIX = "MESH_"
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Setting:
    """One row of the table.

    Attributes:
        name: the environment variable; the flag is `--name` with dashes in lower case.
        default: as a person would write it.
        kind: `text`, `int`, `seconds`, `bool` or `choice`.
        help: a sentence.
        low, high: the allowed range, both ends included, for `int` and `seconds`.
        choices: the allowed words, for `choice`.
        other_names: further environment variables that are read when `name` is not set.
    """

    name: str
    default: str
    kind: str
    help: str
    low: float = 0
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The command line's spelling."""
        return "--" + self.name.lower().replace("_", "-")

    @property
    def allowed(self) -> str:
        """The allowed range in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "bool":
            return "true or false"
        if self.kind == "text":
            return "any text"
        unit = (
            "seconds, or a length such as 30s or 1m30s," if self.kind == "seconds" else "a number"
        )
        return f"{unit} from {self.low:g} to {self.high:g}"


_DAY = 86400.0

SETTINGS: tuple[Setting, ...] = (
    Setting("HANDLER_DIR", ".", "text", "Folder of the handler; it goes on the import path."),
    Setting("HANDLER_FILE", "handler.py", "text", "The handler's file, absolute or inside HANDLER_DIR."),
    Setting("HANDLER_NAME", "Handler", "text", "The class or function in that file."),
    Setting("RAW_BODY", "false", "bool", "Give handle(body) bytes instead of str."),
    Setting("FUNCTION_NAME", "function", "text", "The name this function goes by in /_/info and logs.",
            other_names=("K_SERVICE", "OPENFAAS_NAME")),
    Setting("HOST", "127.0.0.1", "text", "Address to listen on; 0.0.0.0 in a container."),
    Setting("PORT", "8080", "int", "HTTP port; 0 takes a free one, named in the start report.", high=65535),
    Setting("WATCHER_PORT", "50051", "int", "gRPC port; 0 turns it off.", high=65535),
    Setting("MESH_PORT", "50052", "int", "gRPC port for other functions; 0 turns it off.", high=65535),
    Setting("METRICS_PORT", "8081", "int", "Port of /metrics; 0 turns it off.", high=65535),
    Setting("LOCK_FILE", "/tmp/.lock", "text",  # noqa: S108 - the path every platform's probe reads
            "File that exists while the function is ready."),
    Setting("PARENT_FD", "-1", "int", "Inherited pipe; when it closes the process drains and ends. -1 turns it off.",
            low=-1, high=1 << 20),
    Setting("CONCURRENCY", "0", "int", "Handler calls at once; 0 means the usable cores.", high=256),
    Setting("MAX_INFLIGHT", "0", "int", "Calls running and waiting; 0 means 8 x CONCURRENCY.", high=1024),
    Setting("EXEC_TIMEOUT", "30", "seconds", "Longest call, waiting included; 0 means no limit.", high=_DAY),
    Setting("READ_TIMEOUT", "30", "seconds", "Longest time a client may take to send one request.",
            low=0.1, high=_DAY),
    Setting("SHUTDOWN_TIMEOUT", "30", "seconds", "Longest wait for running calls at the end.", high=_DAY),
    Setting("LOAD_TIMEOUT", "120", "seconds", "Longest time to import, build and warm the handler.",
            low=0.1, high=_DAY),
    Setting("MAX_BODY_BYTES", str(32 << 20), "int", "Largest request body in bytes.", low=1, high=1 << 30),
    Setting("MESH_SUFFIX", "", "text", "Put behind a function's name to find its host, such as .functions."),
    Setting("MESH_TIMEOUT", "30", "seconds", "Longest mesh_call.", low=0.001, high=_DAY),
    Setting("LOG_FORMAT", "text", "choice", "How log lines look.", choices=("text", "json")),
    Setting("LOG_LEVEL", "info", "choice", "Least serious lines to log.",
            choices=("debug", "info", "warning", "error")),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """Every setting of one process, read and checked. Times in seconds, sizes in bytes."""

    handler_dir: str
    handler_file: str
    handler_name: str
    raw_body: bool
    function_name: str
    host: str
    port: int
    watcher_port: int
    mesh_port: int
    metrics_port: int
    lock_file: str
    parent_fd: int
    concurrency: int
    max_inflight: int
    exec_timeout: float
    read_timeout: float
    shutdown_timeout: float
    load_timeout: float
    max_body_bytes: int
    mesh_suffix: str
    mesh_timeout: float
    log_format: str
    log_level: str
    mesh_addresses: Mapping[str, str]
    """MESH_<NAME> of the environment: NAME -> host:port."""


def read(flags: Mapping[str, str], environ: Mapping[str, str]) -> Settings:
    """Makes the one frozen value.

    Args:
        flags: setting name -> text, of the flags that were given.
        environ: the environment.

    Returns:
        Checked settings, with the two automatic ones filled in.

    Raises:
        SettingError: a value is out of its range; the message names setting, value and range.
    """
    values = {row.name.lower(): _value(row, flags, environ) for row in SETTINGS}
    if not values["concurrency"]:
        values["concurrency"] = cores.usable()
    if not values["max_inflight"]:
        values["max_inflight"] = 8 * int(str(values["concurrency"]))
    values["mesh_addresses"] = _mesh_addresses(environ)
    return Settings(**values)  # type: ignore[arg-type] # each kind yields its field's type, see _convert


def _value(row: Setting, flags: Mapping[str, str], environ: Mapping[str, str]) -> object:
    if row.name in flags:
        return _convert(row, flags[row.name], row.flag)
    for name in (row.name, row.name.lower(), *row.other_names):
        # An empty variable counts as not set: that is how compose files and templates clear one.
        if environ.get(name):
            return _convert(row, environ[name], name)
    return _convert(row, row.default, row.name)


def _convert(row: Setting, text: str, where: str) -> object:
    value: object = None
    if row.kind == "text":
        value = text if "\0" not in text else None
    elif row.kind == "choice":
        value = text.lower() if text.lower() in row.choices else None
    elif row.kind == "bool":
        word = text.strip().lower()
        value = True if word in _TRUE else False if word in _FALSE else None
    else:
        number = _number(row, text.strip())
        value = number if number is not None and row.low <= number <= row.high else None
    if value is None:
        raise SettingError(f"{where} is {text!r}; it must be {row.allowed}")
    return value


def _number(row: Setting, text: str) -> float | None:
    if row.kind == "seconds":
        return durations.parse(text)
    return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None


def _mesh_addresses(environ: Mapping[str, str]) -> dict[str, str]:
    own = {row.name for row in SETTINGS}
    return {
        name.removeprefix(_MESH_PREFIX): value
        for name, value in environ.items()
        if name.startswith(_MESH_PREFIX) and name not in own and value
    }


def from_environment() -> Settings:
    """The settings of this process when no flags are given, as under a WSGI server."""
    return read({}, os.environ)
