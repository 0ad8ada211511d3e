"""What is in the cluster is what there is: objects of others, logs of pods, recorded requests."""

import re

import pytest
import requests

from dcf.client.base import Invocation, LogRequest
from dcf.errors import DcfError
from tests.dcf.gateway.integration.test_faas_cli import DEPLOYMENT, STEPS
from tests.kubernetes.conftest import IMAGES, wait

pytestmark = pytest.mark.kubernetes
SMALL = {"requests": {"cpu": "10m", "memory": "64Mi"}}


def deployment(name, image, labels):
    selector = {"app": name}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": {**labels, **selector}},
                "spec": {"containers": [{
                    "name": name, "image": image, "imagePullPolicy": "IfNotPresent",
                    "env": [{"name": "THRESHOLD", "value": "0.4"}],
                    "readinessProbe": {"httpGet": {"path": "/_/ready", "port": 8080}},
                }]},
            },
        },
    }  # fmt: skip


def test_a_function_by_kubectl_appears_and_others_are_left_alone(cluster, namespace, gateway):
    cluster.apply(
        deployment("theirs", f"{IMAGES}/ssd", {"faas_function": "theirs"}),
        deployment("database", f"{IMAGES}/ssd", {}),
        namespace=namespace,
    )
    wait(lambda: [each.available for each in gateway.client.functions()] == [1], 90)
    (found,) = gateway.client.functions()
    assert (found.name, found.image) == ("theirs", f"{IMAGES}/ssd")
    wait(lambda: cluster.get("services", "", namespace), 30)
    picture = Invocation("theirs", b"no picture", headers=(("Content-Type", "image/jpeg"),))
    # Its Service has addresses a moment later.
    wait(lambda: re.search("image|picture", refusal_of(lambda: gateway.client.call(picture))), 30)
    before = cluster.get("deployment", "database", namespace)
    for refused in (gateway.client.delete, lambda name: gateway.client.scale(name, 0)):
        with pytest.raises(Exception, match="database"):
            refused("database")
    gateway.client.delete("theirs")
    wait(lambda: gateway.client.functions() == [], 30)
    after = cluster.get("deployment", "database", namespace)
    assert after["spec"] == before["spec"]
    assert after["metadata"].get("annotations") == before["metadata"].get("annotations")
    names = [each["metadata"]["name"] for each in cluster.get("services", "", namespace)]
    assert "database" not in names


def refusal_of(call):
    """What a call that is refused is told."""
    with pytest.raises(DcfError) as caught:
        call()
    return str(caught.value)


def test_logs_are_followed_across_pods(gateway, put, calling):
    said = "def handle(body):\n    print('heard', body, flush=True)\n    return body\n"
    assert gateway.deploy("echo", put(gateway, said), replicas=2, **SMALL).rollout == "ready"
    # Several at once, so that both replicas have some.
    with calling(gateway.address, "echo", b"it") as callers:
        wait(lambda: len(callers.seen()) > 100, 30)
    assert callers.failed == []

    def heard():
        lines = gateway.client.logs(LogRequest("echo"))
        return [each.instance for each in lines if each.text == "heard it"]

    # A node's runtime writes a line a moment after it was printed.
    wait(lambda: len(heard()) == len(callers.calls), 20)
    assert len({*heard()}) == 2
    following = gateway.client.logs(LogRequest("echo", tail=0, follow=True))
    newer = said.replace("heard", "understood")
    assert gateway.deploy("echo", put(gateway, newer), replicas=2, **SMALL).rollout == "ready"
    gateway.client.call(Invocation("echo", b"again"))
    assert any("understood again" in each.text for each in following)


def test_faas_cli_is_answered_as_ever(gateway):
    """Its recorded requests, in its order; only the image and the node's label are ones of here."""
    answers = {}
    for name, method, path, headers, body, status in STEPS:
        if name == "invoke":
            gateway.settled("ssd")
        sent = {"json": _here(body)} if isinstance(body, dict) else {"data": body}
        address = gateway.address + path.replace("follow=true", "follow=false")
        told = answers[name] = requests.request(
            method, address, headers=headers, timeout=60, **sent
        )  # fmt: skip
        # The real function has an opinion of what is no picture.
        refused = name.startswith("invoke") and told.status_code in {400, 405, 415}
        assert told.status_code == status or refused, (name, told.status_code, told.text)
    assert answers["list"].json()[0]["image"] == f"{IMAGES}/ssd"
    assert answers["describe"].json()["createdAt"]
    assert "s3cret" not in "".join(each.text for each in answers.values())


def _here(body):
    if body.get("image") != DEPLOYMENT["image"]:
        return body
    limits = {"memory": "512Mi", "cpu": "500m"}
    return body | {
        "image": f"{IMAGES}/ssd", "constraints": ["kubernetes.io/os=linux"], "limits": limits,
    }  # fmt: skip
