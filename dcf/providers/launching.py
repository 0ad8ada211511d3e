"""From what was asked for to how it is started: code, requirements, secrets, limits, settings."""

import itertools
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dcf.archive import Entry
from dcf.errors import InvalidRequest
from dcf.providers.archives import Archives
from dcf.providers.home import Home
from dcf.providers.limits import limits_of
from dcf.providers.overlay import Overlays
from dcf.providers.placement import FunctionSpec
from dcf.providers.replica import Launch
from dcf.providers.secret_files import Secrets

# A function sees these of the gateway's environment and nothing else: its settings are its own.
_INHERITED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE", "PYTHONDONTWRITEBYTECODE", "CUDA_VISIBLE_DEVICES",
)  # fmt: skip
_CALL_MARGIN = 5.0
_CALL_DEFAULT = 60.0
_DEVICES = Path("/dev")


@dataclass(frozen=True)
class Stock:
    """What revisions are made of, each in a folder of the gateway's state."""

    home: Home
    archives: Archives
    overlays: Overlays
    secrets: Secrets


class Launching:
    """Prepares revisions on this machine."""

    def __init__(
        self,
        stock: Stock,
        parent: int,
        environ: Mapping[str, str],
        *,
        devices: Path = _DEVICES,
        mesh: str = "",
    ) -> None:
        self._stock, self._parent, self._environ, self._devices = stock, parent, environ, devices
        self._mesh = mesh
        self._turns = itertools.count()

    def check(self, spec: FunctionSpec) -> None:
        """Raise `InvalidRequest` unless the code, the secrets and a GPU it needs are here."""
        self._stock.archives.check(spec.image)
        self._stock.secrets.check(spec.secrets)
        wanted, here = limits_of(spec.limits).gpus or 0, self._gpus()
        if wanted > here:
            raise InvalidRequest(
                f"limits.gpu asks for {wanted}, this machine has {here}: lower it or leave it out"
            )

    def _gpus(self) -> int:
        return len(list(self._devices.glob("nvidia[0-9]*")))

    async def launch(self, number: int, spec: FunctionSpec, log: Callable[[str], None]) -> Launch:
        """Unpack the code, install what it requires, and say how to start it.

        Args:
            number: The revision's.
            spec: What was asked for.
            log: Takes one line at a time on what is being done.

        Raises:
            DcfError: The code cannot be unpacked, or what it requires cannot be installed.
        """
        limits = limits_of(spec.limits)
        folder, entry = await self._stock.archives.unpacked(spec.image, log)
        path = [folder]
        if overlay := await self._stock.overlays.installed(folder, entry, log):
            path.append(overlay)
        if spec.constraints:
            log(f"constraints {', '.join(spec.constraints)} are kept but place nothing: all "
                "functions of this gateway run on its own machine")  # fmt: skip
        # From here on nothing waits, so that a revision that is given up leaves no secrets behind.
        secrets = self._stock.secrets.mount(spec.secrets)
        return Launch(
            revision=number,
            folder=folder,
            env=self._environment(spec, entry, path, secrets),
            parent=self._parent,
            run=self._stock.home.run,
            load_timeout=_seconds(spec.env, "LOAD_TIMEOUT", 120.0) + _CALL_MARGIN,
            call_timeout=max(
                _CALL_DEFAULT, _seconds(spec.env, "EXEC_TIMEOUT", 30.0) + _CALL_MARGIN
            ),
            stop_timeout=_seconds(spec.env, "SHUTDOWN_TIMEOUT", 30.0) + _CALL_MARGIN,
            memory=limits.memory,
            pick_cores=partial(self._pick_cores, limits.whole_cores),
            discard=partial(self._stock.secrets.unmount, secrets) if secrets else _nothing,
        )

    def _environment(
        self, spec: FunctionSpec, entry: Entry, path: list[Path], secrets: Path | None
    ) -> dict[str, str]:
        env = {key: self._environ[key] for key in _INHERITED if key in self._environ}
        if limits_of(spec.limits).gpus == 0:
            env["CUDA_VISIBLE_DEVICES"] = ""
        # Replicas' ports are chosen when they start, so mesh_call goes by way of the gateway.
        env |= {
            "LOG_FORMAT": "text",
            "PYTHONUNBUFFERED": "1",
            "MESH_ADDRESS": self._mesh,
            **spec.env,
        }
        env |= {
            "HANDLER_DIR": str(path[0] / entry.directory),
            "HANDLER_FILE": entry.file,
            "HANDLER_NAME": entry.name,
            "FUNCTION_NAME": spec.name,
            # Its own DATA_PATH and REST_URL would make it a batch run, which ends.
            "BATCH": "false",
            # Before the environment's own packages: the archive's code runs, no working copy.
            "PYTHONPATH": os.pathsep.join(map(str, path)),
        }
        if secrets is not None:
            # The second name is the one that OpenFaaS' own programs read.
            env |= {"SECRETS_DIR": str(secrets), "secret_mount_path": str(secrets)}
        return env

    def _pick_cores(self, count: int | None) -> Collection[int]:
        """The next cores in turn, so that limited replicas do not all sit on the same ones."""
        cores = sorted(os.sched_getaffinity(0))
        if count is None or count >= len(cores):
            return ()
        start = next(self._turns) * count
        return {cores[(start + each) % len(cores)] for each in range(count)}


def _nothing() -> None:
    """There is nothing to take back."""


_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LENGTH = re.compile(r"([0-9.]+)(ms|s|m|h|)")


def _seconds(env: Mapping[str, str], key: str, default: float) -> float:
    """A time limit of the function (`30`, `30s`, `1m30s`), as far as the gateway must know it.

    The watcher is the one that refuses a bad one; 0 means no limit, which here is a day.
    """
    text = env.get(key, "")
    try:
        parts = [float(number) * _UNITS[unit] for number, unit in _LENGTH.findall(text)]
    except ValueError:
        return default
    return (sum(parts) or 86_400.0) if parts else default
