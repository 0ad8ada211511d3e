"""Ready addresses of Services, from what clusters of all ages tell of them."""

import pytest

from dcf.providers.kubernetes.endpoints import endpoints_addresses, service_of, slice_addresses
from dcf.providers.kubernetes.records import EndpointRecord


def endpoint(address, pod="p", ready=True, **more):
    target = {"kind": "Pod", "name": pod}
    return {"addresses": [address], "conditions": {"ready": ready}, "targetRef": target, **more}


def a_slice(*endpoints, ports=({"name": "http", "port": 8080},), **more):
    meta = {"name": "echo-x", "labels": {"kubernetes.io/service-name": "echo"}}
    return {"metadata": meta, "addressType": "IPv4", "ports": ports, "endpoints": endpoints, **more}


def test_of_a_slice_those_that_are_ready_or_say_nothing_count():
    found = slice_addresses(
        a_slice(
            endpoint("10.0.0.1", "p-1"), endpoint("10.0.0.2", "p-2", ready=False),
            endpoint("10.0.0.3", "p-3", ready=None), endpoint("10.0.0.4", "p-4", conditions=None),
            endpoint("10.0.0.5", targetRef=None),
            endpoint("10.0.0.6", targetRef={"kind": "Node", "name": "n"}),
        )
    )  # fmt: skip
    assert [(each.pod, each.address, each.port) for each in found] == [
        ("p-1", "10.0.0.1", 8080), ("p-3", "10.0.0.3", 8080), ("p-4", "10.0.0.4", 8080),
    ]  # fmt: skip
    assert service_of(found) == "echo"


@pytest.mark.parametrize(
    "found",
    [
        a_slice(endpoint("10.0.0.1"), metadata={"name": "echo-x"}),
        a_slice(endpoint("10.0.0.1"), ports=None),
        a_slice(endpoint("10.0.0.1"), ports=[{"name": "http"}]),
        a_slice(endpoint("echo.example"), addressType="FQDN"),
        a_slice(endpoint("10.0.0.1", ready=False)),
        a_slice(endpoint("10.0.0.1"), endpoints=None),
        a_slice(endpoint("10.0.0.1", addresses=[])),
    ],
    ids=["no service", "no ports", "no number", "names", "unready", "no endpoints", "no address"],
)
def test_what_takes_no_calls_has_no_addresses(found):
    assert slice_addresses(found) is None


def test_calls_go_to_the_port_called_http_or_the_first_and_version_6_has_brackets():
    ports = [{"name": "grpc", "port": 50051}, {"name": "http", "port": 8080}]
    found = slice_addresses(a_slice(endpoint("fd00::1"), ports=ports, addressType="IPv6"))
    assert found == (EndpointRecord("echo", "p", "[fd00::1]", 8080),)
    found = slice_addresses(a_slice(endpoint("10.0.0.1"), ports=[{"name": "web", "port": 5000}]))
    assert found[0].port == 5000


def test_endpoints_of_older_clusters_say_the_same():
    target = {"kind": "Pod", "name": "p"}
    subset = {
        "addresses": [{"ip": "10.0.0.1", "targetRef": target}, {"ip": "10.0.0.9"}],
        "notReadyAddresses": [{"ip": "10.0.0.2", "targetRef": target}],
        "ports": [{"name": "metrics", "port": 8081}, {"name": "http", "port": 8080}],
    }
    found = {"metadata": {"name": "echo"}, "subsets": [subset, {"addresses": None}]}
    assert endpoints_addresses(found) == (EndpointRecord("echo", "p", "10.0.0.1", 8080),)
    assert endpoints_addresses({"metadata": {"name": "echo"}}) is None
