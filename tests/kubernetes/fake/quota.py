"""Quotas of a namespace: how many pods there may be, and how much they may ask for together."""

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.status import forbidden

_UNITS = {
    "m": 1e-3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 1e3, "M": 1e6, "G": 1e9, "": 1.0,
}  # fmt: skip


def quantity(text):
    """A number as Kubernetes writes it: `500m`, `1Gi`, `2`."""
    digits = str(text).rstrip("mkKMGi")
    return float(digits) * _UNITS[str(text)[len(digits) :]]


def check_quota(store, pod):
    """Refuse a pod that is too much for a quota of its namespace."""
    namespace = pod["metadata"]["namespace"]
    for quota in store.list(kinds.QUOTA, namespace):
        running = [
            each
            for each in store.list(kinds.POD, namespace)
            if each.get("status", {}).get("phase") not in {"Succeeded", "Failed"}
        ]
        for resource, limit in quota["spec"].get("hard", {}).items():
            asked, used = _asked(pod, resource), sum(_asked(each, resource) for each in running)
            if used + asked > quantity(limit):
                words = (
                    f"exceeded quota: {quota['metadata']['name']}, "
                    f"requested: {resource}={asked:g}, used: {resource}={used:g}, "
                    f"limited: {resource}={limit}"
                )
                raise forbidden(kinds.POD, pod["metadata"]["name"], words)


def _asked(pod, resource):
    if resource in {"pods", "count/pods"}:
        return 1
    part, _, name = resource.rpartition(".")
    part = part if part in {"limits", "requests"} else "requests"
    amounts = (each["resources"].get(part, {}).get(name, 0) for each in pod["spec"]["containers"])
    return sum(map(quantity, amounts))
