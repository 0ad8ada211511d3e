"""A `Service` of serving.knative.dev/v1 for every function."""

import math
from typing import Any

from ..config import Config, FunctionConfig
from ..providers.limits import resources_of
from ..providers.placement import REGISTRY_SECRET
from . import cluster
from .exported import Exported
from .labels import annotations_of, plain_labels, scaling_of
from .serving import Serving, environment_of, serving_of
from .yaml_text import filled, yaml_text

_LONGEST_NAME = 63
_LONGEST_CALL_S = 600  # max-revision-timeout-seconds, as a cluster has it unless told otherwise
_LOCKED_DOWN = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def export(_config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """One file a function."""
    files = {f"{each.name}.yaml": yaml_text(_service(each)) for each in functions}
    commands = tuple(f"kubectl apply -f {{out}}/{name}" for name in files)
    return Exported(files, commands, tuple(note for each in functions for note in _notes(each)))


def _service(function: FunctionConfig) -> dict[str, Any]:
    labels = plain_labels(function)
    metadata = {
        "name": cluster.checked_name(function, _LONGEST_NAME),
        "labels": labels,
        "annotations": annotations_of(function),
    }
    scale = cluster.replicas(scaling_of(function), "min-scale", "max-scale")
    template = {
        "metadata": filled({"labels": labels, "annotations": scale}),
        "spec": _revision(function),
    }
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": filled(metadata),
        "spec": {"template": filled(template)},
    }


def _revision(function: FunctionConfig) -> dict[str, Any]:
    serving = serving_of(function)
    pull = [{"name": REGISTRY_SECRET}] if REGISTRY_SECRET in function.secrets else []
    return filled(
        {
            "containerConcurrency": serving.max_inflight,
            "timeoutSeconds": cluster.call_seconds(serving, _LONGEST_CALL_S),
            "imagePullSecrets": pull,
            "containers": [_container(function, serving)],
            "volumes": _volumes(function),
        }
    )


def _container(function: FunctionConfig, serving: Serving) -> dict[str, Any]:
    # Knative itself holds back what is over the limit, and asks /_/ready all the while: one more
    # here, or a function that is merely busy would say "full" and be taken off the list.
    env = environment_of(function, ("PORT",), MAX_INFLIGHT=str(serving.max_inflight + 1))
    mounts: list[dict[str, Any]] = [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 # the container's own
    if cluster.mounted_secrets(function):
        mounts += [{"name": "secrets", "mountPath": cluster.SECRETS_PATH, "readOnly": True}]
    return filled(
        {
            "image": function.image_name,
            "ports": [{"name": "http1", "containerPort": serving.port}],
            "env": cluster.variables(env),
            "resources": resources_of(function.limits, function.requests),
            "readinessProbe": {"httpGet": {"path": "/_/ready"}},
            "livenessProbe": {
                "httpGet": {"path": "/_/health"},
                "initialDelaySeconds": math.ceil(serving.load_timeout),
                "timeoutSeconds": 5,
            },
            "securityContext": _LOCKED_DOWN,
            "volumeMounts": mounts,
        }
    )


def _volumes(function: FunctionConfig) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [{"name": "tmp", "emptyDir": {}}]
    if names := cluster.mounted_secrets(function):
        # One folder with a file for each secret, as OpenFaaS has it: its key has its name.
        sources = [{"secret": {"name": name}} for name in names]
        volumes += [{"name": "secrets", "projected": {"sources": sources}}]
    return volumes


def _notes(function: FunctionConfig) -> list[str]:
    notes = []
    seconds = cluster.call_seconds(serving_of(function), _LONGEST_CALL_S)
    if seconds > _LONGEST_CALL_S:
        notes.append(
            f"{function.name}: timeoutSeconds is {seconds}, and a cluster allows "
            f"{_LONGEST_CALL_S} unless max-revision-timeout-seconds says more"
        )
    if function.constraints:
        notes.append(
            f"{function.name}: constraints are left out, since Knative takes a node selector only "
            "where the cluster's operator allows it"
        )
    return notes
