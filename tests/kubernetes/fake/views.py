"""Objects as they are shown: in the version asked for, in lists, as a scale."""

import json

from tests.kubernetes.fake import kinds


def shown(kind, version, item):
    """An object in a version of its kind."""
    item = {"kind": kind.kind, "apiVersion": kind.api_version(version)} | {
        key: value for key, value in item.items() if key not in {"kind", "apiVersion"}
    }
    if kind in {kinds.DEPLOYMENT, kinds.REPLICA_SET} and "status" in item:
        item["status"] = _without_zeros(item["status"], kind)
    if kind is kinds.ENDPOINT_SLICE and version == "v1beta1":
        # That version has the node among the topology, and no word for what is ending.
        item["endpoints"] = [_as_beta(each) for each in item.get("endpoints", ())]
    return item


def _without_zeros(status, kind):
    """A status as Kubernetes writes it: counts of 0 are left out, but for one."""
    kept = {"replicas"} if kind is kinds.REPLICA_SET else set()
    return {key: value for key, value in status.items() if value != 0 or key in kept}


def _as_beta(endpoint):
    older = {key: value for key, value in endpoint.items() if key != "nodeName"}
    older["conditions"] = {"ready": endpoint["conditions"]["ready"]}
    if "nodeName" in endpoint:
        older["topology"] = {"kubernetes.io/hostname": endpoint["nodeName"]}
    return older


def listed(kind, version, items, resource_version, rest=""):
    """A list; objects in it do not say what they are, as Kubernetes' own do not."""
    rows = [shown(kind, version, each) for each in items]
    for row in rows:
        del row["kind"], row["apiVersion"]
    metadata = {"resourceVersion": str(resource_version)} | ({"continue": rest} if rest else {})
    return {
        "kind": f"{kind.kind}List", "apiVersion": kind.api_version(version),
        "metadata": metadata, "items": rows,
    }  # fmt: skip


def scale(item):
    """The scale of a Deployment or ReplicaSet."""
    keys = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    labels = item["spec"]["selector"].get("matchLabels", {})
    return {
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {key: item["metadata"][key] for key in keys},
        "spec": {"replicas": item["spec"]["replicas"]} if item["spec"]["replicas"] else {},
        "status": {
            "replicas": item.get("status", {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }  # fmt: skip


def event(type_, item):
    """A line of a watch."""
    return json.dumps({"type": type_, "object": item}).encode() + b"\n"
