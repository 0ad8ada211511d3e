"""Replicas by hand, by calls and down to none, on a real cluster."""

import time

import pytest

from dcf.client.base import Invocation
from dcf.providers.placement import FunctionSpec
from tests.kubernetes.conftest import wait

pytestmark = pytest.mark.kubernetes
SMALL = {"requests": {"cpu": "10m", "memory": "64Mi"}}
TINY = {"cpu": "5m", "memory": "32Mi"}
SLOW = "import time\ndef handle(body):\n    time.sleep(0.2)\n    return body\n"
BY_LOAD = {
    "com.openfaas.scale.min": "1",
    "com.openfaas.scale.max": "4",
    "com.openfaas.scale.type": "capacity",
    "com.openfaas.scale.target": "2",
}


def available(gateway, name):
    return gateway.client.describe(name).available


def test_by_hand_to_none_one_four_and_none(gateway, put, calling, figure):
    assert gateway.deploy("echo", put(gateway), **SMALL).rollout == "ready"
    took = []
    for replicas in (0, 1, 4):
        gateway.client.scale("echo", replicas)
        began = time.monotonic()
        wait(lambda wanted=replicas: available(gateway, "echo") == wanted, 60)
        took.append(time.monotonic() - began)
    with calling(gateway.address, "echo") as callers:
        wait(lambda: len(callers.seen()) > 100, 30)
        gateway.client.scale("echo", 1)
        wait(lambda: available(gateway, "echo") == 1, 60)
    assert callers.failed == []
    gateway.client.scale("echo", 0)
    wait(lambda: available(gateway, "echo") == 0, 60)
    figure(
        f"scale to 0, 1, 4: {took[0]:.1f}, {took[1]:.1f}, {took[2]:.1f} s; "
        f"0 of {len(callers.calls)} calls failed from 4 to 1"
    )


def test_a_call_wakes_it(gateway, put, figure):
    image = put(gateway)
    labels = {"com.openfaas.scale.min": "0", "com.openfaas.scale.zero": "true"}
    assert gateway.deploy("echo", image, labels=labels, **SMALL).rollout == "ready"
    gateway.client.scale("echo", 0)
    wait(lambda: available(gateway, "echo") == 0, 60)
    began = time.monotonic()
    assert gateway.client.call(Invocation("echo", b"good morning")) == b"good morning"
    figure(f"a call at zero was answered after {time.monotonic() - began:.2f} s")


def test_calls_raise_replicas_and_their_end_takes_them_down(gateway, put, calling):
    image = put(gateway, SLOW)
    assert gateway.deploy("slow", image, labels=BY_LOAD, **SMALL).rollout == "ready"
    with calling(gateway.address, "slow", count=8) as callers:
        wait(lambda: available(gateway, "slow") == 4, 90, gateway.said)
    assert callers.failed == []


def test_two_gateways_add_their_calls_up(start, put, calling):
    first, second = start(), start()
    image = put(first, SLOW)
    assert first.deploy("slow", image, labels=BY_LOAD, **SMALL).rollout == "ready"
    wait(second.client.functions, 20)
    # Four a gateway: either alone would want two replicas, both together four.
    with (
        calling(first.address, "slow", count=4) as one,
        calling(second.address, "slow", count=4) as other,
    ):
        wait(lambda: available(first, "slow") == 4, 90, first.said)
    assert one.failed == other.failed == []


def test_a_hundred_functions_at_once(gateway, put, figure):
    image = put(gateway)
    names = [f"echo-{number}" for number in range(100)]
    began = time.monotonic()
    for name in names:
        gateway.client.deploy(FunctionSpec(name, image, requests=TINY))
    asked = time.monotonic() - began
    wait(lambda: len(gateway.client.functions()) == 100, 30)
    wait(
        lambda: all(each.available == 1 for each in gateway.client.functions()), 600,
        lambda: [x.name for x in gateway.client.functions() if not x.available],
    )  # fmt: skip
    ready = time.monotonic() - began
    for name in names:
        assert gateway.client.call(Invocation(name, name.encode())) == name.encode()
    figure(f"100 functions: asked for in {asked:.1f} s, all ready after {ready:.0f} s")
