"""A loaded handler with everything that calls it, before any port is open."""

import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from . import process_lifetime
from .configuration import config
from .configuration.config import Settings
from .health import Health, LockFile
from .loading import loader
from .loading.loader import Loaded
from .reply import Reply
from .request import Request
from .rpc import mesh
from .runner import Runner
from .telemetry.metrics import Metrics
from .trace_context import spans_wanted
from .web.app import HttpApp
from .web.door import HttpDoor

DISTRIBUTION = "dcf-detect"
_log = logging.getLogger(__name__)


class Function(msgspec.Struct, frozen=True):
    """A loaded handler with everything that calls it."""

    loaded: Loaded
    runner: Runner
    health: Health
    metrics: Metrics
    http: HttpApp


def build(settings: Settings, lock: LockFile | None = None) -> Function:
    """Loads the handler and puts the runner and the HTTP door around it; opens no port.

    Args:
        settings: of this process.
        lock: what appears when the function is ready; LOCK_FILE when None.

    Returns:
        The function, warm.

    Raises:
        LoadError: the handler cannot be loaded.
        StartError: a stale lock file cannot be removed.
    """
    lock = lock or LockFile(Path(settings.lock_file).absolute())
    lock.clear()
    loaded = load(settings)
    runner = _runner(settings, loaded.call)
    health = Health(runner, lock)
    metrics = Metrics(runner, loaded.serves, loaded.metrics)
    door = HttpDoor(settings, runner, health, metrics)
    app = HttpApp(door, health, partial(describe, settings, loaded))
    return Function(loaded, runner, health, metrics, app)


def _runner(settings: Settings, call: Callable[[Request], Reply]) -> Runner:
    make: Callable[..., Runner] = Runner
    if spans_wanted(os.environ):
        try:
            from .telemetry.tracing import TracedRunner

            make = partial(TracedRunner, service=settings.function_name)
        except ImportError as error:
            _log.warning(
                "no spans are sent: OTEL_EXPORTER_OTLP_ENDPOINT is set, but %s is not installed; "
                "pip install 'dcf-detect[tracing]'", error.name,
            )  # fmt: skip
    return make(
        call,
        concurrency=settings.concurrency,
        max_inflight=settings.max_inflight,
        exec_timeout=settings.exec_timeout,
    )


def load(settings: Settings) -> Loaded:
    """Loads the handler within LOAD_TIMEOUT, with `import mesh` ready for it.

    Args:
        settings: of this process.

    Returns:
        The handler, warm.

    Raises:
        LoadError: it cannot be loaded.
    """
    port = settings.mesh_port or mesh.DEFAULT_PORT
    mesh.install(
        mesh.Directory(
            settings.mesh_addresses,
            settings.mesh_address,
            settings.mesh_suffix,
            port,
            settings.mesh_timeout,
            settings.mesh_token,
        )
    )
    with process_lifetime.time_limit(settings.load_timeout):
        return loader.load(settings)


def wsgi() -> HttpApp:
    """The function as a WSGI application, for another server: `gunicorn 'watcher.function:wsgi()'`.

    Returns:
        The application; its settings come from the environment, its ports are the server's.
    """
    settings = config.from_environment()
    function = build(settings)
    function.health.open()
    return function.http


def describe(settings: Settings, loaded: Loaded) -> Mapping[str, object]:
    """What /_/info answers: no path and nothing secret.

    Args:
        settings: of this process.
        loaded: the handler.

    Returns:
        Something JSON can hold.
    """
    from importlib import metadata  # reads packages' files and costs 20 ms: only when asked

    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        version = "unknown"  # run from a plain copy
    return {
        "name": settings.function_name,
        "revision": settings.function_revision,
        "version": version,
        "handler": {"file": loaded.file.name, "name": loaded.name, "kind": loaded.kind},
        "limits": {
            "concurrency": settings.concurrency,
            "max_inflight": settings.max_inflight,
            "exec_timeout_s": settings.exec_timeout,
            "read_timeout_s": settings.read_timeout,
            "max_body_bytes": settings.max_body_bytes,
        },
        "load_seconds": dict(loaded.seconds),
        "info": dict(loaded.info),
    }
