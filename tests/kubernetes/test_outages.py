"""Parts of a real cluster are killed while calls go on."""

import signal
import time

import pytest

from tests.kubernetes.conftest import wait

pytestmark = pytest.mark.kubernetes
SMALL = {"requests": {"cpu": "10m", "memory": "64Mi"}}


def test_an_api_server_that_is_away_for_a_minute_costs_no_call(
    breakable, gateway, put, calling, figure
):
    assert gateway.deploy("echo", put(gateway), replicas=2, **SMALL).rollout == "ready"
    with calling(gateway.address, "echo") as callers:
        breakable.kill("apiserver")
        killed = time.monotonic()
        # What it was away for is what is tested; nothing tells when a minute is over.
        wait(lambda: time.monotonic() > killed + 60, 90)
        breakable.mend()
        back = time.monotonic()
        assert gateway.deploy("later", put(gateway), **SMALL).rollout == "ready"
    assert callers.failed == []
    figure(
        f"API server away for {back - killed:.0f} s: 0 of {len(callers.calls)} calls failed; "
        f"the next deploy was ready {time.monotonic() - back:.1f} s after"
    )


def test_a_killed_node_is_got_over(breakable, gateway, put, calling, namespace, figure):
    assert gateway.deploy("echo", put(gateway), replicas=2, **SMALL).rollout == "ready"
    nodes = {each["spec"]["nodeName"] for each in breakable.pods(namespace, "echo")}
    assert nodes == {"node-1", "node-2"}  # spread, or a node's loss would be all of it
    with calling(gateway.address, "echo", count=8) as callers:
        wait(lambda: len(callers.seen()) > 200, 30)
        breakable.kill("node-2")
        killed = time.monotonic()

        def healed():
            pods = breakable.pods(namespace, "echo")
            ready = [each for each in pods if each["spec"].get("nodeName") == "node-1"]
            conditions = [x for each in ready for x in each["status"].get("conditions", ())]
            return sum((x["type"], x["status"]) == ("Ready", "True") for x in conditions) == 2

        wait(healed, 120)
        whole = time.monotonic() - killed
    bad = [each for each in callers.failed if each.began > killed - 1]
    # Whoever had a call there loses it; from then on calls go to the replica that is left.
    assert len(bad) <= 8
    assert [each for each in callers.failed if each.began <= killed - 1] == []
    slow = [each for each in callers.calls if each.seconds > 1 and each.status == 200]
    last = max((each.began + each.seconds - killed for each in (*bad, *slow)), default=0)
    figure(
        f"a node killed: {len(bad)} of {len(callers.calls)} calls failed, "
        f"{len(slow)} took over 1 s; "
        f"the last of these ended {last:.1f} s after; two replicas again after {whole:.1f} s"
    )


def test_of_two_gateways_one_is_killed(cluster, start, put, calling, namespace, figure):
    first, second = start(), start()
    assert first.deploy("echo", put(first), replicas=2, **SMALL).rollout == "ready"
    # What one deployed the other serves.
    wait(lambda: [each.name for each in second.client.functions()] == ["echo"], 20)
    with calling(first.address, "echo", others=[second.address]) as callers:
        wait(lambda: len(callers.seen()) > 100, 30)
        first.end(signal.SIGKILL)
        killed = time.monotonic()
        wait(lambda: callers.good_since(killed) > 100, 30)
        # The one that is left leads: it says that an update is done.
        update = second.deploy(
            "echo", put(second, "def handle(body):\n    return 'two'\n"), **SMALL
        )
        assert update.rollout == "ready", update.reason
        led = time.monotonic() - killed
    # Each caller had one call under way, and finds the other gateway.
    assert len(callers.failed) <= 8
    assert all(each.status == 0 for each in callers.failed)
    figure(
        f"one of two gateways killed: {len(callers.failed)} calls of 4 callers had no answer; "
        f"an update by the other one was ready {led:.1f} s after"
    )


def test_a_gateway_that_starts_again_finds_everything(start, put):
    before = start()
    assert before.deploy("echo", put(before), **SMALL).rollout == "ready"
    history = before.client.history("echo")
    before.end(signal.SIGKILL)
    after = start()
    assert [each.name for each in after.client.functions()] == ["echo"]
    assert after.client.history("echo") == history
