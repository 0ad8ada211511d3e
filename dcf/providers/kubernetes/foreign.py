"""The spec of a function that `kubectl apply` made: what its pod template says, read backwards.

OpenFaaS' provider writes such Deployments, too: function, labels and annotations in the template.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..limits import GPUS
from ..placement import FunctionSpec
from . import names
from .api import Json

# Labels that a controller or a provider adds to a template.
_NO_LABELS = (names.FUNCTION, names.TRACK, names.REVISION, "pod-template-hash", "uid")
_NO_ANNOTATIONS = (
    "kubectl.kubernetes.io/", "deployment.kubernetes.io/",
    names.SPEC, names.DEPLOYED_AT, names.DEPLOYED_BY,
)  # fmt: skip
_PROCESS = "fprocess"
_OLD_GPU = "alpha.kubernetes.io/nvidia-gpu"


def foreign_spec(function: str, template: Json, replicas: int) -> FunctionSpec:
    """The spec.

    Args:
        function: The function's name.
        template: A pod template.
        replicas: Of the Deployment.
    """
    meta, pod = template.get("metadata") or {}, template.get("spec") or {}
    container = container_of(function, pod)
    resources = container.get("resources") or {}
    env = {each["name"]: each.get("value", "") for each in container.get("env") or ()}
    labels = meta.get("labels") or {}
    return FunctionSpec(
        function,
        container.get("image", ""),
        env={key: value for key, value in env.items() if key != _PROCESS},
        labels={key: text for key, text in labels.items() if key not in _NO_LABELS},
        annotations={
            key: text
            for key, text in (meta.get("annotations") or {}).items()
            if not key.startswith(_NO_ANNOTATIONS)
        },
        constraints=tuple(_constraints(pod)),
        secrets=tuple(dict.fromkeys(_secrets(pod))),
        limits=_amounts(resources.get("limits") or {}),
        requests=_amounts(resources.get("requests") or {}),
        replicas=replicas,
        process=env.get(_PROCESS, ""),
        read_only=bool((container.get("securityContext") or {}).get("readOnlyRootFilesystem")),
    )


def container_of(function: str, pod: Json) -> Json:
    """The container that runs the function: others may stand beside it, such as a mesh's.

    Args:
        function: The function's name; OpenFaaS calls its container so.
        pod: The spec of a pod.
    """
    containers = pod.get("containers") or [{}]
    by_name = {each.get("name"): each for each in containers}
    found: Json = by_name.get(names.CONTAINER) or by_name.get(function) or containers[0]
    return found


def _constraints(pod: Json) -> Iterator[str]:
    for key, value in (pod.get("nodeSelector") or {}).items():
        yield f"{key}={value}"
    for each in pod.get("tolerations") or ():
        key, value = each.get("key", ""), each.get("value", "")
        if key and not key.startswith("node.kubernetes.io/"):  # those a cluster adds by itself
            yield f"toleration:{key}{f'={value}' if value else ''}:{each.get('effect', '')}"


def _secrets(pod: Json) -> Iterator[str]:
    for each in pod.get("volumes") or ():
        if name := (each.get("secret") or {}).get("secretName"):
            yield name
        for source in (each.get("projected") or {}).get("sources") or ():
            if name := (source.get("secret") or {}).get("name"):
                yield name
    for each in pod.get("imagePullSecrets") or ():
        yield each["name"]


def _amounts(found: Mapping[str, Any]) -> dict[str, str]:
    amounts = {key: str(found[key]) for key in ("memory", "cpu", *GPUS) if key in found}
    return amounts | ({"gpu": str(found[_OLD_GPU])} if _OLD_GPU in found else {})
