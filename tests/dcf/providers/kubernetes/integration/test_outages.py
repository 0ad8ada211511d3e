"""An API server that is away in every way, and several gateways of one cluster."""

import signal
from contextlib import contextmanager

import pytest
import requests

from tests.kubernetes.callers import Callers
from tests.kubernetes.fake.cluster import NAMESPACE, Fault, cluster_in, on_cluster
from tests.kubernetes.fake.kinds import DEPLOYMENT

SECONDS = 30
CODE = "def handle(body):\n    return 'version {}'\n"
FAULTS = {
    "is stopped": (lambda cluster: cluster.stop_api(), lambda cluster: cluster.start_api()),
    "hangs": (
        lambda cluster: cluster.fail(Fault.HANGS), lambda cluster: cluster.fail(Fault.NONE)
    ),
    "fails": (
        lambda cluster: cluster.fail(Fault.FAILS), lambda cluster: cluster.fail(Fault.NONE)
    ),
    "throttles": (
        lambda cluster: cluster.fail(Fault.THROTTLES), lambda cluster: cluster.fail(Fault.NONE)
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with cluster_in(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="module")
def place_flags(cluster, tmp_path_factory):
    return on_cluster(cluster, tmp_path_factory.mktemp("kubeconfig"))


@pytest.fixture
def echo(module_gateway, write_function, tmp_path):
    """Deploys a version of the function `echo`, and gives its gateway."""

    def deploy(version, gateway=module_gateway):
        code = CODE.format(version)
        gateway.deploy(write_function(tmp_path / str(version), "echo", code, name="handle"))
        return gateway

    yield deploy
    module_gateway.dcf("delete", "echo")


@contextmanager
def called(gateway, wait_for):
    """Callers of `echo` all the while, none of whose calls may fail; waits for some of them."""
    callers = Callers(gateway.rest, "echo", count=2)
    callers.start()

    def some():
        known = len(callers.seen())
        wait_for(lambda: len(callers.seen()) > known + 50, SECONDS)

    try:
        some()
        yield some
        some()
    finally:
        callers.stop()
    assert callers.failed == []


def scale(gateway, replicas, name="echo"):
    wanted = {"serviceName": name, "replicas": replicas}
    return requests.post(
        f"{gateway.rest}/system/scale-function/{name}", json=wanted, timeout=SECONDS
    )


def call(gateway, name="echo"):
    return requests.post(f"{gateway.rest}/function/{name}", data="x", timeout=SECONDS)


def available(gateway, name="echo"):
    reply = requests.get(f"{gateway.rest}/system/function/{name}", timeout=SECONDS)
    return reply.json().get("availableReplicas", 0) if reply.status_code == 200 else None


@pytest.mark.parametrize("fault", FAULTS)
def test_an_api_server_that_is_away_costs_no_call_and_changes_wait_for_it(
    cluster, echo, wait_for, fault
):
    gateway = echo(1)
    begin, end = FAULTS[fault]
    with called(gateway, wait_for) as some:
        begin(cluster)
        try:
            some()
            refused = scale(gateway, 2)
            assert (refused.status_code, refused.text.count("\n")) == (503, 1), refused.text
            assert refused.text.startswith("the Kubernetes API at ")
            some()
            listed = requests.get(f"{gateway.rest}/system/functions", timeout=SECONDS).json()
            assert [each["availableReplicas"] for each in listed] == [1]
        finally:
            end(cluster)
        # What happens from now on is seen again.
        wait_for(lambda: scale(gateway, 2).status_code == 202, SECONDS)
        wait_for(lambda: available(gateway) == 2, SECONDS)


def test_what_happened_while_it_was_away_is_seen_when_it_is_back(cluster, echo, wait_for):
    gateway = echo(1)
    scale(gateway, 2)
    wait_for(lambda: available(gateway) == 2, SECONDS)
    with called(gateway, wait_for):
        cluster.stop_api()
        cluster.do(cluster.api.scale, DEPLOYMENT, NAMESPACE, "echo", 1)
        wait_for(lambda: len(cluster.pods()) == 1, SECONDS)
        cluster.compact()
        cluster.start_api()
        wait_for(lambda: available(gateway) == 1, SECONDS)


def test_versions_that_are_too_old_to_go_on_from_cost_no_call(cluster, echo, wait_for):
    gateway = echo(1)
    with called(gateway, wait_for) as some:
        for replicas in (2, 1):
            cluster.compact()
            some()
            assert scale(gateway, replicas).status_code == 202
            wait_for(lambda: available(gateway) == replicas, SECONDS)  # noqa: B023 - within the turn


def test_what_one_gateway_does_the_other_knows_and_goes_on_with(
    gateways, place_flags, echo, wait_for, tmp_path
):
    first = gateways(*place_flags, home=tmp_path / "first")
    second = gateways(*place_flags, home=tmp_path / "second")
    echo(1, first)
    wait_for(lambda: available(second) == 1, SECONDS)
    assert call(second).text == "version 1"
    with called(second, wait_for) as some:
        first.end(signal.SIGKILL)
        some()
        echo(2, second)
        wait_for(lambda: call(second).text == "version 2", SECONDS)
    assert scale(second, 0).status_code == 202
    wait_for(lambda: available(second) == 0, SECONDS)
    assert call(second).status_code == 503


def test_any_gateway_starts_a_function_that_is_at_zero(
    module_gateway, gateways, place_flags, write_function, tmp_path, wait_for
):
    config = write_function(tmp_path, "zero", CODE.format(1), name="handle")
    labels = '{com.openfaas.scale.zero: "true", com.openfaas.scale.zero-duration: 1s}'
    config.write_text(f"{config.read_text()}    labels: {labels}\n")
    module_gateway.deploy(config)
    other = gateways(*place_flags, home=tmp_path / "other")
    for gateway in (other, module_gateway):
        wait_for(lambda: available(other, "zero") == 0, SECONDS)
        assert call(gateway, "zero").text == "version 1"
    module_gateway.dcf("delete", "zero")
