"""Who sets how many replicas a function has, if it is not the gateway.

With the label `com.openfaas.scale.type: cpu` a HorizontalPodAutoscaler is made for it; with the
annotation `dcf.scale: external` somebody else has one, or KEDA has. Neither is written over then.
"""

from ...errors import InvalidRequest
from ...scale_labels import PREFIX, is_by_cpu, policy_of, refuse_cpu
from ..placement import FunctionSpec
from . import names
from .api import ApiError, Json
from .manifests import owner_of
from .objects import Objects, is_taken

EXTERNAL = "external"
_VERSIONS = ("v2", "v2beta2")  # the same as far as it is used here


def is_scaled_elsewhere(spec: FunctionSpec) -> bool:
    """Whether something else than the gateway sets how many replicas there are."""
    return spec.annotations.get(names.SCALE) == EXTERNAL or is_by_cpu(spec.labels)


class Scalers:
    """The autoscalers of functions."""

    def __init__(self, objects: Objects, version: str) -> None:
        """Makes nothing yet.

        Args:
            objects: The cluster's.
            version: Of `autoscaling`, as the cluster has it.
        """
        self._objects, self._version = objects, version
        self._kind = f"autoscaling/{version}/horizontalpodautoscalers"

    def check(self, spec: FunctionSpec) -> None:
        """Raise `InvalidRequest` for what cannot be had."""
        if spec.annotations.get(names.SCALE, EXTERNAL) != EXTERNAL:
            raise InvalidRequest(f"annotation {names.SCALE} must be {EXTERNAL}, or left out")
        is_scaled_here = is_by_cpu(spec.labels) or policy_of(spec.labels) is not None
        if is_scaled_here and spec.annotations.get(names.SCALE):
            raise InvalidRequest(
                f"annotation {names.SCALE} leaves the replicas to somebody else, and labels "
                f"{PREFIX}* scale them: keep one"
            )
        if self._version not in _VERSIONS:
            refuse_cpu(spec.labels, "the cluster has no autoscaling/v2")

    def wanted(self, deployed: Json, spec: FunctionSpec) -> int:
        """How many replicas an update is to have: it wakes what was scaled to nothing."""
        now = int(deployed["spec"].get("replicas", 1))
        return now if now and is_scaled_elsewhere(spec) else max(now, spec.replicas)

    async def follow(
        self, deployed: Json, spec: FunctionSpec, before: FunctionSpec | None = None
    ) -> None:
        """Make, change or delete a function's own autoscaler.

        Args:
            deployed: The function's Deployment.
            spec: The function.
            before: What it was; None if it is new.
        """
        name = deployed["metadata"]["name"]
        if not is_by_cpu(spec.labels):
            if before is not None and is_by_cpu(before.labels):
                await self._objects.delete(self._kind, name)
            return
        body = autoscaler(deployed, spec, self._version)
        try:
            await self._objects.create(self._kind, body)
        except ApiError as fault:
            if not is_taken(fault):
                raise
            await self._objects.patch(self._kind, name, {"spec": body["spec"]})


def autoscaler(deployed: Json, spec: FunctionSpec, version: str) -> Json:
    """One that keeps replicas at so many thousandths of a core each, on average."""
    meta = deployed["metadata"]
    labels = {key: text for key, text in spec.labels.items() if key != f"{PREFIX}type"}
    policy = policy_of(labels)
    least = policy.least if policy else max(spec.replicas, 1)
    most = policy.most if policy else max(least, 20)
    target = labels.get(f"{PREFIX}target", "500")
    return {
        "apiVersion": f"autoscaling/{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "labels": {names.FUNCTION: spec.name},
            "ownerReferences": [owner_of(deployed)],
        },
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": meta["name"]},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "AverageValue", "averageValue": f"{target}m"},
                    },
                }
            ],
        },
    }
