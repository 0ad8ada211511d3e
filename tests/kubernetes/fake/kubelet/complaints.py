"""What a kubelet complains of in events: probes that fail, volumes that cannot be had."""

import hashlib

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.store import now


def complain(api, pod, reason, message):
    """Write a warning about a pod, or count it once more."""
    metadata = pod["metadata"]
    told = hashlib.sha256(f"{reason}{message}".encode()).hexdigest()[:16]
    where = (kinds.EVENT, metadata["namespace"], f"{metadata['name']}.{told}")
    if (known := api.store.get(*where)) is not None:
        count = {"count": known["count"] + 1, "lastTimestamp": now()}
        api.store.change(kinds.EVENT, known, lambda newer: newer.update(count))
        return
    body = {
        "metadata": {"name": where[2]}, "type": "Warning", "reason": reason, "message": message,
        "involvedObject": {
            "kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"],
            "uid": metadata["uid"],
        },
        "count": 1, "firstTimestamp": now(), "lastTimestamp": now(),
        "source": {"component": "kubelet", "host": pod["spec"]["nodeName"]},
    }  # fmt: skip
    api.create(kinds.EVENT, metadata["namespace"], body)
