"""What a revision becomes in the cluster: its Deployment and its Service, as plain JSON.

Nothing here asks the cluster. https://kubernetes.io/docs/reference/kubernetes-api/
"""

import math
from collections.abc import Mapping

from ..placement import FunctionSpec
from ..replica_times import MARGIN_SECONDS, times_of
from . import names
from .api import Json
from .containers import PORTS, drain_seconds, function_container, metrics_port, unpacking_container
from .foreign import container_of
from .placing import placing_of, spread_of
from .revisions import Asked, Ground
from .volumes import volumes_of
from .written import spec_text

KEPT_REVISIONS = 20  # as on one machine
_START_SECONDS = 60.0  # to find a node, pull the image and run what unpacks
# More than one at once where there are many; rounded up, so at least one.
_SURGE = "25%"


def deployment(asked: Asked, ground: Ground, track: str = names.STABLE) -> Json:
    """A new function's Deployment, or a candidate's."""
    spec = asked.spec
    name = spec.name if track == names.STABLE else names.candidate(spec.name)
    labels = selector_of(spec.name, track)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": ground.namespace,
            "labels": labels_of(spec, track),
            "annotations": {names.NEWEST: str(asked.number)} if track == names.STABLE else {},
        },
        "spec": {
            "replicas": spec.replicas,
            "revisionHistoryLimit": KEPT_REVISIONS,
            "progressDeadlineSeconds": deadline_of(asked, ground),
            "minReadySeconds": math.ceil(ground.min_ready_seconds),
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": 0, "maxSurge": _SURGE},
            },
            "selector": {"matchLabels": labels},
            "template": template(asked, ground, labels),
        },
    }


def deadline_of(asked: Asked, ground: Ground) -> int:
    """Seconds after which a replica that is still missing is a fault."""
    waits = times_of(asked.spec.env).load + _START_SECONDS
    return math.ceil(waits + ground.min_ready_seconds)


def selector_of(function: str, track: str) -> dict[str, str]:
    """The labels by which a Deployment and a Service know their pods."""
    return {names.FUNCTION: function, names.TRACK: track}


def labels_of(spec: FunctionSpec, track: str) -> dict[str, str]:
    """A Deployment's."""
    return {**spec.labels, **selector_of(spec.name, track)}


def template(asked: Asked, ground: Ground, selector: Mapping[str, str]) -> Json:
    """The pod template of a revision.

    Args:
        asked: The revision.
        ground: What all functions have.
        selector: Labels by which the Deployment knows its pods.
    """
    spec = asked.spec
    annotations = {
        **_scraped(spec),
        **spec.annotations,
        names.SPEC: spec_text(spec),
        names.DEPLOYED_AT: asked.at,
    }
    annotations |= {names.DEPLOYED_BY: asked.by} if asked.by else {}
    annotations |= {names.VERDICT: asked.verdict} if asked.verdict else {}
    # A Deployment that somebody else wrote may know its pods by other labels than ours.
    ours = selector_of(spec.name, selector.get(names.TRACK, names.STABLE))
    labels = {**spec.labels, **ours, names.REVISION: str(asked.number), **selector}
    return {
        "metadata": {"labels": labels, "annotations": annotations},
        "spec": _pod(asked, ground, selector),
    }


def _scraped(spec: FunctionSpec) -> dict[str, str]:
    """Where Prometheus finds a replica's page."""
    port = metrics_port(spec.env)
    found = {"scrape": "true", "port": str(port), "path": "/metrics"} if port else {}
    return {f"prometheus.io/{key}": text for key, text in found.items()}


def _pod(asked: Asked, ground: Ground, selector: Mapping[str, str]) -> Json:
    spec = asked.spec
    times = times_of(spec.env)
    pod: Json = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,  # a variable for every function there is
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [function_container(asked, ground)],
        **placing_of(spec.constraints),
        **spread_of(selector),
    }
    if asked.stored:
        pod["initContainers"] = [unpacking_container(asked, ground)]
    if volumes := volumes_of(asked):
        pod["volumes"] = volumes
    if pull := [{"name": name} for name in spec.secrets if name in asked.pull_secrets]:
        pod["imagePullSecrets"] = pull
    return pod | {
        "terminationGracePeriodSeconds": math.ceil(
            drain_seconds(spec) + times.stop + MARGIN_SECONDS
        )
    }


def service(deployed: Json) -> Json:
    """The Service of a Deployment that is there, and goes when it goes."""
    meta = deployed["metadata"]
    labels = {
        key: text
        for key, text in (meta.get("labels") or {}).items()
        if key in (names.FUNCTION, names.TRACK)
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "labels": labels,
            "ownerReferences": [owner_of(deployed)],
        },
        "spec": {
            "type": "ClusterIP",
            "selector": deployed["spec"]["selector"]["matchLabels"],
            "ports": [
                {"name": name, "port": port, "targetPort": port, "protocol": "TCP"}
                for name, port in _ports(deployed).items()
            ],
        },
    }


def _ports(deployed: Json) -> Mapping[str, int]:
    """Of a Service, by name; those of a Deployment that somebody else wrote may be others."""
    pod = deployed["spec"]["template"]["spec"]
    container = container_of(deployed["metadata"]["name"], pod)
    if container.get("name") == names.CONTAINER:
        return PORTS
    ports = container.get("ports") or [{"containerPort": PORTS["http"]}]
    named = [each for each in ports if each.get("name") == "http"]
    return {"http": (named or ports)[0]["containerPort"]}


def owner_of(deployed: Json) -> Json:
    """What says that an object goes when a Deployment goes."""
    meta = deployed["metadata"]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": False,
    }
