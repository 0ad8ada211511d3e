"""What the API server writes into objects where their author wrote nothing.

So a manifest is never what comes back for it, and who compares the two finds that out here.
"""

_PROBE = {
    "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
}  # fmt: skip
_POD = {
    "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
    "securityContext": {}, "schedulerName": "default-scheduler",
}  # fmt: skip
_CONTAINER = {
    "resources": {}, "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}  # fmt: skip


def _fill(item, defaults):
    for key, value in defaults.items():
        item.setdefault(key, value if not isinstance(value, dict) else dict(value))


def deployment(item):
    """Of a Deployment."""
    spec = item["spec"]
    strategy = {
        "type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}
    }  # fmt: skip
    _fill(
        spec,
        {
            "replicas": 1, "strategy": strategy, "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
    )  # fmt: skip
    if spec["strategy"].get("type", "RollingUpdate") == "RollingUpdate":
        _fill(spec["strategy"], strategy)
        _fill(spec["strategy"]["rollingUpdate"], strategy["rollingUpdate"])
    pod(spec["template"])


def replica_set(item):
    """Of a ReplicaSet."""
    item["spec"].setdefault("replicas", 1)
    pod(item["spec"]["template"])


def pod(item):
    """Of a pod, or of a template of pods."""
    item["metadata"].setdefault("creationTimestamp", None)
    spec = item["spec"]
    _fill(spec, _POD)
    for container in [*spec.get("initContainers", ()), *spec["containers"]]:
        _container(container)
    for volume in spec.get("volumes", ()):
        for source in ("secret", "configMap", "projected", "downwardAPI"):
            if source in volume:
                volume[source].setdefault("defaultMode", 0o644)


def _container(container):
    tag = container.get("image", "").rpartition("/")[2].partition(":")[2]
    newest = tag in {"", "latest"} and "@" not in container.get("image", "")
    container.setdefault("imagePullPolicy", "Always" if newest else "IfNotPresent")
    _fill(container, _CONTAINER)
    for port in container.get("ports", ()):
        port.setdefault("protocol", "TCP")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in container:
            _fill(container[name], _PROBE)
            if "httpGet" in container[name]:
                _fill(container[name]["httpGet"], {"path": "/", "scheme": "HTTP"})
    for variable in container.get("env", ()):
        reference = variable.get("valueFrom", {}).get("fieldRef")
        if reference:
            reference.setdefault("apiVersion", "v1")


def service(item):
    """Of a Service."""
    spec = item["spec"]
    _fill(spec, {"type": "ClusterIP", "sessionAffinity": "None"})
    if spec["type"] == "ClusterIP":
        spec.setdefault("clusterIP", "10.96.0.9")
    for port in spec.get("ports", ()):
        _fill(port, {"protocol": "TCP", "targetPort": port["port"]})


def secret(item):
    """Of a Secret."""
    item.setdefault("type", "Opaque")


FILLED = {
    "Deployment": deployment, "ReplicaSet": replica_set, "Pod": pod, "Service": service,
    "Secret": secret,
}  # fmt: skip
