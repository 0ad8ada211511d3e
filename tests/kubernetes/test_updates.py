"""Deploy, update, fail and go back on a real cluster, with callers who never stop."""

from pathlib import Path

import pytest

from tests.kubernetes.conftest import IMAGES, ROOT, wait

pytestmark = pytest.mark.kubernetes
PICTURE = (Path(ROOT) / "samples/coffee.jpg").read_bytes()
VERSIONED = 'def handle(body):\n    return "{}"\n'
SMALL = {"requests": {"cpu": "10m", "memory": "64Mi"}}


def test_ssd_is_updated_under_load_without_a_failed_call(gateway, calling, figure):
    first = gateway.deploy("ssd", replicas=2, env={"THRESHOLD": "0.5"})
    assert (first.rollout, first.number) == ("ready", 1), first.reason
    with calling(gateway.address, "ssd", PICTURE, count=4) as callers:
        wait(lambda: len(callers.seen()) > 50, 60, gateway.said)
        second = gateway.deploy("ssd", replicas=2, env={"THRESHOLD": "0.4"})
        assert (second.rollout, second.number) == ("ready", 2), second.reason
        before = len(callers.seen())
        wait(lambda: len(callers.seen()) > before + 200, 60)
    assert callers.failed == []
    assert {each.revision for each in callers.calls} == {"1", "2"}
    assert {each.revision for each in callers.calls[-50:]} == {"2"}
    figure(f"rolling update of ssd, 2 replicas: 0 of {len(callers.calls)} calls failed")


def test_an_archive_is_updated_and_rolled_back_under_load(gateway, put, calling, figure):
    images = [put(gateway, VERSIONED.format(name)) for name in ("one", "two")]
    assert gateway.deploy("echo", images[0], replicas=2, **SMALL).rollout == "ready"
    with calling(gateway.address, "echo") as callers:
        assert gateway.deploy("echo", images[1], replicas=2, **SMALL).rollout == "ready"
        gateway.client.rollback("echo", 1)
        back = gateway.settled("echo")
        assert (back.number, back.rollout, back.image) == (3, "ready", images[0]), back.reason
    assert callers.failed == []
    history = gateway.client.history("echo")
    assert [each.image for each in history] == [images[0], images[1], images[0]]
    assert [each.serving for each in history] == [True, False, False]
    figure(f"update and rollback of an archive: 0 of {len(callers.calls)} calls failed")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("handler", "no good today"),
        ("image", "nobody.invalid/nothing"),
        ("unschedulable", "no node takes it"),
        ("quota", "over the quota small"),
    ],
)
def test_what_cannot_become_ready_leaves_the_old_one_serving(
    gateway, put, calling, cluster, namespace, broken, words
):
    image = put(gateway, VERSIONED.format("one"))
    assert gateway.deploy("echo", image, **SMALL).rollout == "ready"
    update = {"image": image, "env": {"LOAD_TIMEOUT": "5s"}, **SMALL}
    if broken == "handler":
        update["image"] = put(gateway, 'raise ValueError("no good today")\n')
    elif broken == "image":
        update["image"] = "nobody.invalid/nothing:1"
    elif broken == "unschedulable":
        update["constraints"] = ("dcf-test=nowhere",)
    else:
        quota = {
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"},
            "spec": {"hard": {"pods": "1"}},
        }  # fmt: skip
        cluster.apply(quota, namespace=namespace)
        wait(lambda: cluster.get("resourcequota", "small", namespace).get("status"), 30)
    with calling(gateway.address, "echo") as callers:
        newest = gateway.deploy("echo", seconds=150, **update)
        assert newest.rollout == "failed"
        assert words in newest.reason
        assert "\n" not in newest.reason
    assert callers.failed == []
    assert {each.revision for each in callers.calls} == {"1"}
    assert [each.serving for each in gateway.client.history("echo")] == [False, True]
    # What failed is gone: of the function only the old revision's pod is left.
    wait(lambda: len(cluster.pods(namespace, "echo")) == 1, 60)


def test_a_canary_that_errs_goes_back(gateway, put, calling):
    image = put(gateway, VERSIONED.format("one"))
    assert gateway.deploy("echo", image, **SMALL).rollout == "ready"
    errs = put(gateway, 'def handle(body):\n    raise ValueError("wrong")\n')
    with calling(gateway.address, "echo") as callers:
        newest = gateway.deploy(
            "echo", errs, seconds=150,
            annotations={"dcf.rollout.mode": "canary", "dcf.rollout.share": "0.2"}, **SMALL,
        )  # fmt: skip
        assert newest.rollout == "failed"
        settled = len(callers.seen())
        wait(lambda: len(callers.seen()) > settled + 100, 60)
    assert {each.revision for each in callers.failed} == {"2"}
    assert {each.revision for each in callers.calls[-50:]} == {"1"}


def test_a_canary_that_does_well_stays(gateway, put, calling):
    images = [put(gateway, VERSIONED.format(name)) for name in ("one", "two")]
    assert gateway.deploy("echo", images[0], **SMALL).rollout == "ready"
    with calling(gateway.address, "echo") as callers:
        newest = gateway.deploy(
            "echo", images[1], seconds=150,
            annotations={"dcf.rollout.mode": "canary", "dcf.rollout.share": "0.5"}, **SMALL,
        )  # fmt: skip
        assert newest.rollout == "ready", newest.reason
        settled = len(callers.seen())
        wait(lambda: len(callers.seen()) > settled + 200, 60)
    assert callers.failed == []
    assert {each.revision for each in callers.calls[-50:]} == {"2"}


def test_the_image_is_what_was_loaded(cluster, gateway, namespace):
    gateway.deploy("ssd")
    (pod,) = cluster.pods(namespace, "ssd")
    (container,) = pod["spec"]["containers"]
    assert container["image"] == f"{IMAGES}/ssd"
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
