"""A Cloud Run service for every function: Knative's `Service`, with what Cloud Run takes of it."""

import math
from typing import Any

from ..config import Config, FunctionConfig
from ..providers.limits import resources_of
from . import cluster
from .exported import Exported
from .labels import annotations_of, plain_labels, scaling_of
from .serving import Serving, environment_of, serving_of
from .yaml_text import filled, yaml_text

_LONGEST_NAME = 49
_LONGEST_CALL_S = 3600
_LONGEST_START_S = 240


def export(_config: Config, functions: tuple[FunctionConfig, ...]) -> Exported:
    """One file a function."""
    files = {f"{each.name}.yaml": yaml_text(_service(each)) for each in functions}
    commands = tuple(f"gcloud run services replace {{out}}/{name}" for name in files)
    notes = [
        f"{each.name}: constraints are left out, since Cloud Run has no nodes to choose"
        for each in functions
        if each.constraints
    ]
    return Exported(files, commands, tuple(notes))


def _service(function: FunctionConfig) -> dict[str, Any]:
    labels = plain_labels(function)
    scale = cluster.replicas(scaling_of(function), "minScale", "maxScale")
    metadata = {
        "name": cluster.checked_name(function, _LONGEST_NAME),
        "labels": labels,
        "annotations": annotations_of(function),
    }
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": filled(metadata),
        "spec": {
            "template": filled(
                {
                    "metadata": filled({"labels": labels, "annotations": scale}),
                    "spec": _revision(function),
                }
            )
        },
    }


def _revision(function: FunctionConfig) -> dict[str, Any]:
    serving = serving_of(function)
    return filled(
        {
            "containerConcurrency": cluster.calls_at_google(function, serving),
            "timeoutSeconds": min(cluster.call_seconds(serving, _LONGEST_CALL_S), _LONGEST_CALL_S),
            "containers": [_container(function, serving)],
            "volumes": [
                {"name": name, "secret": {"secretName": name, "items": _latest(name)}}
                for name in cluster.one_secret(function, "Cloud Run")
            ],
        }
    )


def _container(function: FunctionConfig, serving: Serving) -> dict[str, Any]:
    tries = min(max(1, math.ceil(serving.load_timeout)), _LONGEST_START_S)
    return filled(
        {
            "image": function.image_name,
            "ports": [{"name": "http1", "containerPort": serving.port}],
            "env": cluster.variables(environment_of(function, ("PORT",))),
            "resources": resources_of(function.limits, function.requests),
            "startupProbe": {
                "httpGet": {"path": "/_/ready"},
                "periodSeconds": 1,
                "timeoutSeconds": 1,
                "failureThreshold": tries,
            },
            "livenessProbe": {"httpGet": {"path": "/_/health"}, "timeoutSeconds": 5},
            "volumeMounts": [
                {"name": name, "mountPath": cluster.SECRETS_PATH}
                for name in cluster.one_secret(function, "Cloud Run")
            ],
        }
    )


def _latest(name: str) -> list[dict[str, str]]:
    return [{"key": "latest", "path": name}]
