"""The containers of a function's pods: what runs, with which environment, and how it is asked."""

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ...archive import IMAGE_PREFIX, digest_of_image
from ...attachment import attachments_of
from ...errors import InvalidRequest
from ...rooms import values
from ..limits import GPUS, limits_of, resources_of
from ..placement import FunctionSpec
from ..replica_times import times_of
from . import names
from .api import Json
from .revisions import Asked, Ground
from .volumes import (
    PACKED_PATH,
    SECRETS_PATH,
    function_mounts,
    mounted_secrets,
    unpacked,
    unpacking_mounts,
    with_folders,
)

HTTP = 8080
PORTS: Mapping[str, int] = MappingProxyType({"http": HTTP, "grpc": 50051, "mesh": 50052})
# What a container is given whatever the function says; its own texts for these are never read.
OURS = frozenset(
    ("HANDLER_DIR", "HANDLER_FILE", "HANDLER_NAME", "FUNCTION_NAME", "FUNCTION_REVISION", "BATCH",
     "HOST", "PORT", "WATCHER_PORT", "MESH_PORT", "LOCK_FILE", "PARENT_FD")
)  # fmt: skip
_LOCK = "/tmp/.lock"  # noqa: S108 # the container's own
_BY_HTTP, _BY_LOCK = PROBES = "http", "lock"
_HEALTH_PATHS = {
    "/_/health": "com.openfaas.health.http.path",
    "/_/ready": "com.openfaas.ready.http.path",
}
_DRAIN_SECONDS = 5  # until everybody who calls has noticed
_OWN_USER = {"runAsNonRoot": True}  # the image of archives has one; of others nobody knows
_LOCKED_DOWN = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
_UNPACKING = Path(__file__).with_name("unpacking_in_pod.py")


def function_container(asked: Asked, ground: Ground) -> Json:
    """The one that runs the function."""
    spec = asked.spec
    security = dict(_LOCKED_DOWN)
    security |= {"readOnlyRootFilesystem": True} if spec.read_only else {}
    security |= _OWN_USER if is_archive(spec) else {}
    container: Json = {
        "name": names.CONTAINER,
        "image": image_of(spec, ground),
        "imagePullPolicy": ground.settings.image_pull_policy,
        "ports": [{"name": name, "containerPort": port} for name, port in PORTS.items()],
        "env": [{"name": name, "value": text} for name, text in _environment(asked).items()],
        "securityContext": security,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        **_probes(spec),
    }
    if resources := resources_of(spec.limits, spec.requests):
        container["resources"] = resources
    if mounts := function_mounts(asked):
        container["volumeMounts"] = mounts
    if is_archive(spec):
        container["workingDir"] = unpacked(digest_of_image(spec.image))
    if probe_of(spec) == _BY_LOCK:
        # It may not know that calls come for a while after it was told to end.
        wait = {"exec": {"command": ["sleep", str(_DRAIN_SECONDS)]}}
        container["lifecycle"] = {"preStop": wait}
    return container


def unpacking_container(asked: Asked, ground: Ground) -> Json:
    """The one that makes folders of tars before the function starts."""
    script = _UNPACKING.read_text(encoding="utf-8")
    pairs = [
        text
        for digest in asked.stored
        for text in (digest, f"{PACKED_PATH}/{digest}", unpacked(digest))
    ]
    container: Json = {
        "name": "unpack",
        "image": ground.settings.function_image,
        "imagePullPolicy": ground.settings.image_pull_policy,
        "command": ["python3", "-I", "-c", script, *pairs],
        "securityContext": {**_LOCKED_DOWN, **_OWN_USER, "readOnlyRootFilesystem": True},
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": unpacking_mounts(asked),
    }
    # As much as the function has: a quota may want every container to have limits, and a pod needs
    # no more for it.
    if resources := resources_of(*map(_without_devices, (asked.spec.limits, asked.spec.requests))):
        container["resources"] = resources
    return container


def _without_devices(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if key not in GPUS}


def is_archive(spec: FunctionSpec) -> bool:
    """Whether its code is kept by digest, and no image."""
    return spec.image.startswith("archive:")


def image_of(spec: FunctionSpec, ground: Ground) -> str:
    """What its container runs."""
    return ground.settings.function_image if is_archive(spec) else spec.image


def probe_of(spec: FunctionSpec) -> str:
    """How a replica is asked whether it is well: `http` or `lock`; raises `InvalidRequest`.

    Images that say what is to be run are OpenFaaS' or OpenFx', with a file while they are well.
    """
    asked = spec.annotations.get(names.PROBE) or (_BY_LOCK if spec.process else _BY_HTTP)
    if asked not in PROBES:
        raise InvalidRequest(
            f"annotation {names.PROBE} must be {_BY_HTTP} or {_BY_LOCK}, got {asked[:40]!r}"
        )
    return asked


def metrics_port(env: Mapping[str, str]) -> int:
    """Where a replica's page of metrics is; 0 for nowhere."""
    try:
        return values.whole("METRICS_PORT", env)
    except values.BadValue:
        return 0


def drain_seconds(spec: FunctionSpec) -> float:
    """How long a replica that is to end goes on taking calls."""
    if values.given(values.ROWS["DRAIN_DELAY"], spec.env):
        return values.seconds("DRAIN_DELAY", spec.env)
    return _DRAIN_SECONDS


def _environment(asked: Asked) -> dict[str, str]:
    spec = asked.spec
    # These are defaults: the function's own texts come after them, in upper or in lower case.
    env = {
        "LOG_COMMAND": f"dcf function log {spec.name}",
        "DRAIN_DELAY": f"{drain_seconds(spec):g}",
        "SHUTDOWN_TIMEOUT": f"{times_of(spec.env).stop:g}",
    }
    env = {
        name: text for name, text in env.items() if not values.given(values.ROWS[name], spec.env)
    }
    env |= {"PYTHONUNBUFFERED": "1"}
    env |= with_folders(spec, attachments_of(spec.env))
    if spec.process:
        env["fprocess"] = spec.process
    if limits_of(spec.limits).gpus == 0:
        env["CUDA_VISIBLE_DEVICES"] = ""
    env |= {
        "FUNCTION_NAME": spec.name,
        "FUNCTION_REVISION": str(asked.number),
        "HOST": "0.0.0.0",  # noqa: S104 # of the pod's own network
        "PORT": str(HTTP),
        "WATCHER_PORT": str(PORTS["grpc"]),
        "MESH_PORT": str(PORTS["mesh"]),
        "LOCK_FILE": _LOCK,
        "BATCH": "false",  # its own DATA_PATH and REST_URL would make it a batch run, which ends
    }
    if mounted_secrets(asked):
        # The second name is the one that OpenFaaS' own programs read.
        env |= {"SECRETS_DIR": SECRETS_PATH, "secret_mount_path": SECRETS_PATH}
    return env | (_code(asked) if is_archive(spec) else {})


def _code(asked: Asked) -> dict[str, str]:
    """How the watcher finds the code of an archive."""
    digest = digest_of_image(asked.spec.image)
    entry, folder = asked.stored[digest].entry, unpacked(digest)
    assert entry is not None, IMAGE_PREFIX
    return {
        "HANDLER_DIR": f"{folder}/{entry.directory}",
        "HANDLER_FILE": entry.file,
        "HANDLER_NAME": entry.name,
        # The watcher's own, the code's, and where an image of ours has packages of its own.
        "PYTHONPATH": f"/opt/dcf:{folder}:/dcf",
    }


def _probes(spec: FunctionSpec) -> Json:
    seconds = math.ceil(times_of(spec.env).load) + 1
    if probe_of(spec) == _BY_LOCK:
        alive: Json = {"exec": {"command": ["cat", _LOCK]}}
        ready = alive
    else:
        alive, ready = (
            {"httpGet": {"path": spec.annotations.get(key) or path, "port": "http"}}
            for path, key in _HEALTH_PATHS.items()
        )
    return {
        "startupProbe": {**ready, **_often(1, seconds)},
        # One that has as many calls as it takes says so here, and is no worse for it: it is taken
        # off the list only if it says so for some time.
        "readinessProbe": {**ready, **_often(2, 10)},
        "livenessProbe": {**alive, **_often(10, 3)},
    }


def _often(period: int, faults: int) -> Json:
    return {"periodSeconds": period, "failureThreshold": faults, "timeoutSeconds": min(5, faults)}
