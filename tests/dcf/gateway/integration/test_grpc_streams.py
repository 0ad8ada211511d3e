"""Invokes as a stream: answers as they come, held back when nobody reads, ended by its client.

And the size of messages, both ways, on every hop.
"""

import threading
import time
from dataclasses import replace

import grpc
import pytest

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from dcf.client.base import Invocation
from dcf.client.grpc_client import GrpcClient

BIG = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
CODE = grpc.StatusCode
LIMIT = 64 << 20
SECONDS = 30


@pytest.fixture
def gateway(background):
    made = background()
    made.ask("POST", "/system/functions", json={"service": "f", "image": "x"})
    return made


@pytest.fixture
def stub(gateway):
    with grpc.insecure_channel(gateway.server.grpc, options=BIG) as channel:
        yield GatewayStub(channel)


def asked(body, name="f"):
    return pb.InvokeServiceRequest(Service=name, Input=body)


def call(stub, stream, request):
    """The one answer, by the stream or without it."""
    if not stream:
        return stub.Invoke(request, timeout=SECONDS).Msg.encode()
    [answer] = stub.Invokes(iter([request]), timeout=SECONDS)
    return answer.Output


def test_each_answer_comes_before_the_next_question_is_sent(stub):
    ready, sent = threading.Semaphore(1), []

    def questions():
        for number in range(3):
            assert ready.acquire(timeout=SECONDS)
            sent.append(number)
            yield asked(b"%d" % number)

    for number, answer in enumerate(stub.Invokes(questions(), timeout=SECONDS)):
        assert (answer.Output, sent[-1]) == (b"%d" % number, number)
        ready.release()
    assert sent == [0, 1, 2]


def test_a_client_that_does_not_read_holds_its_questions_back(gateway, stub):
    sent = []

    def questions():
        for number in range(200):
            sent.append(number)
            yield asked(b"x" * (1 << 20))

    answers = stub.Invokes(questions(), timeout=SECONDS)
    next(answers)
    seen = -1
    while seen != len(sent):  # until nothing moves any more
        seen = len(sent)
        time.sleep(0.5)
    assert seen < 100
    answers.cancel()


def test_a_client_that_leaves_ends_its_call(gateway, stub, wait_for):
    (target,) = gateway.provider.replicas
    gateway.slow.set()
    answers = stub.Invokes(iter([asked(b"slow")]), timeout=SECONDS)
    wait_for(lambda: gateway.call_ids)
    assert gateway.server.inflight(target.address) == 1
    answers.cancel()
    wait_for(lambda: gateway.server.inflight(target.address) == 0 and gateway.left.is_set())


def test_a_deadline_ends_a_call_as_well(gateway, stub, wait_for):
    (target,) = gateway.provider.replicas
    gateway.slow.set()
    with pytest.raises(grpc.RpcError) as late:
        stub.Invoke(asked(b"slow"), timeout=0.3)
    assert late.value.code() is CODE.DEADLINE_EXCEEDED
    wait_for(lambda: gateway.server.inflight(target.address) == 0)


@pytest.mark.parametrize("stream", [False, True], ids=["Invoke", "Invokes"])
def test_the_largest_message_passes_both_ways(stub, stream):
    body = b"b" * (LIMIT - 64)
    assert call(stub, stream, asked(body)) == body


@pytest.mark.parametrize("stream", [False, True], ids=["Invoke", "Invokes"])
def test_a_larger_one_is_resource_exhausted(stub, stream):
    body = asked(b"b" * (LIMIT + 1))
    with pytest.raises(grpc.RpcError) as large:
        call(stub, stream, body)
    assert large.value.code() is CODE.RESOURCE_EXHAUSTED


def test_the_commands_own_client_takes_as_much(gateway):
    body = bytes(range(256)) * (1 << 17)
    assert GrpcClient(gateway.server.grpc).call(Invocation("f", body)) == body


@pytest.mark.parametrize("stream", [False, True], ids=["Invoke", "Invokes"])
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("nope", CODE.NOT_FOUND, "could not invoke: nope - no such function"),
        ("No_Name", CODE.INVALID_ARGUMENT, "could not invoke: No_Name - (No_Name) must be a valid"),
        ("empty", CODE.UNAVAILABLE, "could not invoke: empty - No endpoints available for: empty."),
    ],
)
def test_a_call_that_fails_begins_with_the_contracts_words(
    gateway, stub, stream, name, code, words
):
    gateway.ask("POST", "/system/functions", json={
        "service": "empty", "image": "x", "labels": {"com.openfaas.scale.min": "0"},
    })  # fmt: skip
    with pytest.raises(grpc.RpcError) as failed:
        call(stub, stream, asked(b"", name))
    assert failed.value.code() is code
    assert failed.value.details().startswith(words)
    later = dict(failed.value.trailing_metadata()).get("retry-after")
    assert later == ("10" if name == "empty" else None)


@pytest.mark.parametrize("stream", [False, True], ids=["Invoke", "Invokes"])
def test_a_fault_of_the_gateway_keeps_its_words(gateway, stub, stream):
    def broken(name):
        raise RuntimeError("/private/path")

    gateway.provider.targets = broken
    with pytest.raises(grpc.RpcError) as failed:
        call(stub, stream, asked(b""))
    assert failed.value.code() is CODE.INTERNAL
    assert failed.value.details() == "the gateway failed; its log has the reason"


def test_a_call_id_of_the_client_reaches_the_function(gateway, stub):
    stub.Invoke(asked(b"x"), timeout=SECONDS, metadata=(("x-call-id", "mine"),))
    stub.Invoke(asked(b"x"), timeout=SECONDS)
    assert gateway.call_ids[0] == "mine"
    assert len(gateway.call_ids[1]) == 36


def test_a_function_that_takes_too_long_is_told_in_the_contracts_words(gateway, stub):
    (target,) = gateway.provider.replicas
    gateway.provider.replicas = (replace(target, timeout=0.2),)
    gateway.slow.set()
    with pytest.raises(grpc.RpcError) as late:
        stub.Invoke(asked(b"slow"), timeout=SECONDS)
    assert late.value.code() is CODE.DEADLINE_EXCEEDED
    words, _, limit = late.value.details().partition(": ")
    assert words == "Function timed out after 0.200000s"
    assert limit.startswith("the gateway's own limit for ")


def test_max_replicas_is_how_far_alerts_scale(gateway, stub):
    spec = pb.CreateFunctionRequest(Service="g", Image="x", MinReplicas=2, MaxReplicas=7)
    assert stub.Deploy(spec, timeout=SECONDS).Msg == "OK"
    told = stub.GetMeta(pb.FunctionRequest(FunctionName="g"), timeout=SECONDS)
    assert (told.Replicas, told.Labels["com.openfaas.scale.max"]) == (2, "7")


def test_openfx_has_no_stream(gateway):
    with grpc.insecure_channel(gateway.server.grpc) as channel:
        invokes = channel.stream_stream(
            "/pb.FxGateway/Invokes",
            request_serializer=pb.InvokeServiceRequest.SerializeToString,
            response_deserializer=pb.Messages.FromString,
        )
        with pytest.raises(grpc.RpcError) as refused:
            list(invokes(iter([asked(b"x")]), timeout=SECONDS))
    assert refused.value.code() is CODE.UNIMPLEMENTED


@pytest.mark.parametrize("service", ["Gateway", "FxGateway"])
def test_fields_of_newer_clients_are_passed_over(gateway, service):
    """OpenFx' command with a login sends a token: in a list it is the only field."""
    with grpc.insecure_channel(gateway.server.grpc) as channel:
        rpcs = {
            rpc: channel.unary_unary(
                f"/pb.{service}/{rpc}",
                request_serializer=bytes,
                response_deserializer=answer.FromString,
            )
            for rpc, answer in (("List", pb.Functions), ("Invoke", pb.Message))
        }
        token = b"\x0a\x05token"
        assert [each.Name for each in rpcs["List"](token, timeout=SECONDS).Functions] == ["f"]
        request = asked(b"in").SerializeToString() + b"\x1a\x05token"
        assert rpcs["Invoke"](request, timeout=SECONDS).Msg == "in"
