"""From what was asked for to how it is started: code, requirements, secrets, limits, settings."""

import itertools
import math
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...archive import Entry
from ...attachment import attachments_of
from ...errors import InvalidRequest
from ...rooms import cores, values
from ...scale_labels import policy_in_force, refuse_cpu
from ..limits import limits_of
from ..placement import FunctionSpec
from ..replica_times import MARGIN_SECONDS, check_settings, concurrency_of, room_of, times_of
from .archives import Archives
from .isolation import Isolation
from .launch import Launch
from .overlay import Overlays
from .secret_files import Secrets
from .state_dir import StateDir

# A function sees these of the gateway's environment and nothing else: its settings are its own.
_INHERITED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE", "PYTHONDONTWRITEBYTECODE", "CUDA_VISIBLE_DEVICES",
    # Where spans go; never OTEL_EXPORTER_OTLP_HEADERS, which has secrets.
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED",
    "OTEL_TRACES_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
)  # fmt: skip
# What every replica is given whatever the function says; its own texts for these are never read.
_OURS = frozenset(
    ("HANDLER_DIR", "HANDLER_FILE", "HANDLER_NAME", "FUNCTION_NAME", "FUNCTION_REVISION", "BATCH")
) | frozenset(
    ("HOST", "PORT", "WATCHER_PORT", "MESH_PORT", "METRICS_PORT", "LOCK_FILE", "PARENT_FD",
     "DRAIN_DELAY")
)  # fmt: skip
_DEVICES = Path("/dev")
_APART_FROM_NOTHING = Isolation()


@dataclass(frozen=True)
class Stock:
    """What revisions are made of, each in a folder of the gateway's state."""

    home: StateDir
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
        mesh: tuple[str, str] = ("", ""),
        isolation: Isolation = _APART_FROM_NOTHING,
    ) -> None:
        """What prepares them.

        Args:
            stock: What is kept on this machine.
            parent: What watchers inherit, to know that the gateway lives.
            environ: Of this process; functions get a little of it.
            devices: Where the machine has its devices.
            mesh: `host:port` where functions call others by name, and the token that they show
                there; each may be empty.
            isolation: What replicas are shut out of.
        """
        self._stock, self._parent, self._environ, self._devices = stock, parent, environ, devices
        self._mesh, self._mesh_token = mesh
        self._isolation = isolation
        self._turns = itertools.count()

    def check(self, spec: FunctionSpec) -> None:
        """Raise `InvalidRequest` unless the code, the secrets and a GPU it needs are here.

        A setting that the watcher would refuse at its start is refused now, in the same words.
        """
        self._stock.archives.check(spec.image, spec.env)
        check_settings(spec.env, _OURS)
        refuse_cpu(spec.labels, "only a cluster scales by processor time")
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
        # A folder each, under the variables that name them.
        attached = {
            name: str(await self._stock.archives.attached(digest))
            for name, digest in attachments_of(spec.env).items()
        }
        path = [folder]
        if overlay := await self._stock.overlays.installed(folder, entry, log):
            path.append(overlay)
        if spec.constraints:
            log(f"constraints {', '.join(spec.constraints)} are kept but place nothing: all "
                "functions of this gateway run on its own machine")  # fmt: skip
        times, concurrency = times_of(spec.env), self._concurrency(spec)
        data = self._stock.home.data / spec.name
        data.mkdir(mode=0o700, exist_ok=True)
        # From here on nothing waits, so that a revision that is given up leaves no secrets behind.
        secrets = self._stock.secrets.mount(spec.secrets)
        shown = (*path, *map(Path, attached.values()), *([secrets] if secrets else ()))
        return Launch(
            revision=number,
            folder=folder,
            env=self._environment(replace(spec, env={**spec.env, **attached}), entry, path, secrets)
            | {"CONCURRENCY": str(concurrency), "SHUTDOWN_TIMEOUT": f"{times.stop:g}"},
            parent=self._parent,
            run=self._stock.home.run,
            fence=partial(self._isolation.plan, shown, data),
            load_timeout=times.load + MARGIN_SECONDS,
            call_timeout=times.give_up,
            stop_timeout=times.stop + MARGIN_SECONDS,
            room=room_of(spec.env, concurrency),
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
        defaults = {"LOG_FORMAT": "text", "MESH_ADDRESS": self._mesh}
        if self._mesh:  # else there is no gateway that could be asked for the log
            defaults["LOG_COMMAND"] = f"dcf function log {spec.name}"
        env |= {
            name: text
            for name, text in defaults.items()
            if not values.given(values.ROWS[name], spec.env)  # perhaps in lower case
        }
        env |= {"PYTHONUNBUFFERED": "1", **spec.env}
        env |= {
            "HANDLER_DIR": str(path[0] / entry.directory),
            "HANDLER_FILE": entry.file,
            "HANDLER_NAME": entry.name,
            "FUNCTION_NAME": spec.name,
            "MESH_TOKEN": self._mesh_token,
            # Of all its replicas and revisions; it goes with the function.
            "FUNCTION_STATE_DIR": str(self._stock.home.data / spec.name),
            # Its own DATA_PATH and REST_URL would make it a batch run, which ends.
            "BATCH": "false",
            # Before the environment's own packages: the archive's code runs, no working copy.
            "PYTHONPATH": os.pathsep.join(map(str, path)),
        }
        if secrets is not None:
            # The second name is the one that OpenFaaS' own programs read.
            env |= {"SECRETS_DIR": str(secrets), "secret_mount_path": str(secrets)}
        return env

    @staticmethod
    def _concurrency(spec: FunctionSpec) -> int:
        """Calls that one replica runs at once: as it says, else its share of the processor cores.

        As many replicas as there may be have all cores together. Each watcher alone would take all
        of them, as it knows of no other.
        """
        if given := concurrency_of(spec.env):
            return given
        here = cores.usable()
        policy = policy_in_force(spec.labels)
        most = policy.most if policy else spec.replicas
        return math.ceil(min(limits_of(spec.limits).whole_cores or here, here) / max(most, 1))

    def _pick_cores(self, count: int | None) -> Collection[int]:
        """The next cores in turn, so that limited replicas do not all sit on the same ones."""
        here = sorted(os.sched_getaffinity(0))
        if count is None or count >= len(here):
            return ()
        start = next(self._turns) * count
        return {here[(start + each) % len(here)] for each in range(count)}


def _nothing() -> None:
    """There is nothing to take back."""
