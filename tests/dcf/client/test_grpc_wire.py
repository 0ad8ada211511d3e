"""The gateway's messages of protobuf and the client's records."""

import pytest

from dcf._proto import gateway_pb2 as pb
from dcf.client.base import Function
from dcf.client.grpc_wire import deployment, function_of, seen_from
from dcf.providers.placement import FunctionSpec


@pytest.mark.parametrize(
    ("address", "told", "used", "same"),
    [
        ("box:32222", "http://box:8080", "http://box:8080", True),
        ("box:32222", "http://0.0.0.0:8080", "http://box:8080", True),
        ("[fd00::1]:32222", "http://[::]:8080", "http://[fd00::1]:8080", True),
        ("localhost:32222", "http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("box:32222", "http://127.0.0.1:8080", "http://127.0.0.1:8080", False),
        ("box:32222", "http://elsewhere:8080", "http://elsewhere:8080", False),
    ],
    ids=["same", "everywhere", "everywhere-ipv6", "both-here", "mine", "other"],
)
def test_the_address_told_is_seen_from_where_the_client_is(address, told, used, same):
    assert seen_from(address, told) == (used, same)


@pytest.mark.parametrize(
    "told",
    ["", "box:8080", "ftp://box:8080", "http://", "http://:80", "http://box:0", "file:///etc",
     "http://box:99999", "http://[::1"],
)  # fmt: skip
def test_what_is_no_rest_address_is_refused(told):
    with pytest.raises(ValueError, match=r"^$|box:|ftp|http|file|Port|IPv6"):
        seen_from("box:1", told)


def test_an_address_without_a_port_keeps_it_that_way():
    assert seen_from("box:1", "https://box") == ("https://box", True)


def test_a_function_is_read_field_by_field():
    message = pb.Function(
        Name="f", Image="i", InvocationCount=3, Replicas=2, AvailableReplicas=1,
        Annotations={"a": "b"}, Labels={"c": "d"},
    )  # fmt: skip
    assert function_of(message) == Function("f", "i", 3, 2, 1, {"a": "b"}, {"c": "d"})
    assert function_of(pb.Function(Name="f")) == Function("f")


def test_a_deployment_is_written_field_by_field():
    spec = FunctionSpec(
        name="f", image="i", env={"A": "1"}, labels={"l": "1"}, annotations={"a": "b"},
        constraints=("x",), secrets=("s",), limits={"memory": "1Mi", "cpu": "2", "gpu": "1"},
        requests={"cpu": "1"}, replicas=4,
    )  # fmt: skip
    made = deployment(spec)
    assert (made.Service, made.Image, made.MinReplicas) == ("f", "i", 4)
    assert (dict(made.EnvVars), dict(made.Labels)) == ({"A": "1"}, {"l": "1"})
    assert (dict(made.Annotations), list(made.Constraints)) == ({"a": "b"}, ["x"])
    assert list(made.Secrets) == ["s"]
    assert made.Limits == pb.FunctionResources(Memory="1Mi", CPU="2", GPU="1")
    assert made.Requests == pb.FunctionResources(CPU="1")
