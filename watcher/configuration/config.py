"""The settings of one process: read once, checked, frozen.

Priority, for every setting alike: flag, environment (upper case, lower case, other names), default.
"""

import os
from collections.abc import Mapping

import msgspec

from ..errors import SettingError
from . import cores, memory, values
from .settings import SETTINGS, Setting

_MESH_PREFIX = "MESH_"
_SECRET = {row.name.lower() for row in SETTINGS if row.kind == "secret"}


class Settings(msgspec.Struct, frozen=True):  # pylint: disable=too-many-instance-attributes # one for each row of the table
    """Every setting of one process, read and checked. Times in seconds, sizes in bytes."""

    handler_dir: str
    handler_file: str
    handler_name: str
    raw_body: bool
    function_name: str
    function_revision: str
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
    drain_delay: float
    load_timeout: float
    max_body_bytes: int
    body_memory: int
    cors_origins: str
    mesh_suffix: str
    mesh_address: str
    mesh_token: str
    mesh_timeout: float
    batch: str
    data_path: str
    data_files: str
    rest_url: str
    rest_timeout: float
    api_header: str
    batch_retry: float
    result_file: str
    answer_template: str
    answer_hook: str
    log_format: str
    log_stream: str
    log_level: str
    log_command: str
    mesh_addresses: Mapping[str, str]
    """MESH_<NAME> of the environment: NAME -> host:port."""

    def __repr__(self) -> str:
        shown = (name for name in self.__struct_fields__ if name not in _SECRET)
        return f"Settings({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    @property
    def is_batch(self) -> bool:
        """Whether this process answers files and ends; a judge sets both variables, and no more."""
        if self.batch == "auto":
            return bool(self.data_path and self.rest_url)
        return self.batch == "true"


def read(flags: Mapping[str, str], environ: Mapping[str, str]) -> Settings:
    """Makes the one frozen value.

    Args:
        flags: setting name -> text, of the flags that were given.
        environ: the environment.

    Returns:
        Checked settings, with the automatic ones filled in.

    Raises:
        SettingError: a value is out of its range; the message names setting, value and range.
    """
    found: dict[str, object] = {row.name.lower(): _value(row, flags, environ) for row in SETTINGS}
    if not found["concurrency"]:
        found["concurrency"] = cores.usable()
    if not found["max_inflight"]:
        found["max_inflight"] = 8 * int(str(found["concurrency"]))
    # One body of the largest size is always taken; without a limit of memory there is none here.
    bodies = int(str(found["body_memory"])) or memory.limit() // 4
    found["body_memory"] = bodies and max(bodies, int(str(found["max_body_bytes"])))
    found["mesh_addresses"] = _mesh_addresses(environ)
    return Settings(**found)  # type: ignore[arg-type] # each kind yields its field's type, see values.convert


def _value(row: Setting, flags: Mapping[str, str], environ: Mapping[str, str]) -> values.Value:
    try:
        if row.name in flags:
            return values.convert(row, flags[row.name], row.flag)
        return values.value_of(row, environ)
    except values.BadValue as error:
        raise SettingError(str(error)) from None


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
