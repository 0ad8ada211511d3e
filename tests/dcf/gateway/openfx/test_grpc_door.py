"""pb.Gateway and pb.FxGateway against a real gateway, with a plain grpcio client."""

import re

import grpc
import pytest
import requests
import yaml

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import FxGatewayStub, GatewayStub

BIG = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
CODE = grpc.StatusCode
SECONDS = 30


@pytest.fixture(scope="module")
def channel(echo_gateway):
    with grpc.insecure_channel(echo_gateway.grpc, options=BIG) as opened:
        yield opened


@pytest.fixture(params=[GatewayStub, FxGatewayStub], ids=["Gateway", "FxGateway"])
def stub(request, channel):
    return request.param(channel)


def failure(call, request):
    with pytest.raises(grpc.RpcError) as raised:
        call(request, timeout=SECONDS)
    return raised.value.code(), raised.value.details()


def test_invoke_gives_the_output_as_text(stub):
    request = pb.InvokeServiceRequest(Service="echo", Input=b"hello\n")
    assert stub.Invoke(request, timeout=SECONDS).Msg == "hello\n"


def test_output_that_is_no_text_travels_as_base64(stub):
    request = pb.InvokeServiceRequest(Service="echo", Input=b"\xff\xd8")
    assert stub.Invoke(request, timeout=SECONDS).Msg == "/9g="


def test_invokes_carries_bytes_in_order(channel):
    sent = [bytes([number]) * 3 for number in range(250, 256)]
    requests = (pb.InvokeServiceRequest(Service="echo", Input=each) for each in sent)
    answers = GatewayStub(channel).Invokes(requests, timeout=SECONDS)
    assert [each.Output for each in answers] == sent


def test_messages_over_the_default_limit_pass_both_ways(stub):
    big = b"b" * (20 << 20)
    request = pb.InvokeServiceRequest(Service="echo", Input=big)
    assert len(stub.Invoke(request, timeout=SECONDS).Msg) == len(big)


def test_a_body_over_the_functions_limit_is_resource_exhausted(stub):
    request = pb.InvokeServiceRequest(Service="echo", Input=b"z" * (40 << 20))
    code, details = failure(stub.Invoke, request)
    assert code is CODE.RESOURCE_EXHAUSTED
    assert details.startswith("could not invoke: echo - body_too_large: ")


def test_metadata_is_query_and_accept_of_the_call(channel):
    metadata = (("x-query", "threshold=0.3"), ("accept", "image/png"))
    request = pb.InvokeServiceRequest(Service="echo", Input=b"how")
    answer = GatewayStub(channel).Invoke(request, timeout=SECONDS, metadata=metadata)
    assert answer.Msg == "threshold=0.3 image/png"


def test_the_model_that_answered_is_in_trailing_metadata(stub):
    for body, named in ((b"named", "echo-1 (abc)"), (b"other", None)):
        request = pb.InvokeServiceRequest(Service="echo", Input=body)
        _, done = stub.Invoke.with_call(request, timeout=SECONDS)
        trailing = dict(done.trailing_metadata())
        assert trailing.get("x-model") == named
        assert trailing["x-revision"] == "1"


def test_a_raising_function_is_internal_and_keeps_its_words(stub):
    code, details = failure(stub.Invoke, pb.InvokeServiceRequest(Service="echo", Input=b"raise"))
    assert code is CODE.INTERNAL
    assert details.startswith("could not invoke: echo - ")
    assert "secret words" not in details


def test_unknown_functions(stub):
    unknown = pb.FunctionRequest(FunctionName="nope")
    assert failure(stub.Invoke, pb.InvokeServiceRequest(Service="nope"))[0] is CODE.NOT_FOUND
    assert failure(stub.GetMeta, unknown) == (CODE.NOT_FOUND, "function is not exist")
    assert failure(stub.Delete, pb.DeleteFunctionRequest(FunctionName="nope"))[0] is CODE.NOT_FOUND
    assert (
        failure(stub.ReplicaUpdate, pb.ScaleServiceRequest(ServiceName="nope"))[0] is CODE.NOT_FOUND
    )
    assert stub.GetLog(unknown, timeout=SECONDS).Msg == ""


def test_a_wrong_name_is_told_in_the_contracts_words(stub):
    request = pb.CreateFunctionRequest(Service="No_Name", Image="x")
    words = "(No_Name) must be a valid DNS entry for service name"
    assert failure(stub.Deploy, request) == (CODE.INVALID_ARGUMENT, words)


def test_a_variable_that_no_process_can_have_is_refused(stub):
    request = pb.CreateFunctionRequest(Service="fx", Image="x", EnvVars={"A=B": "x"})
    code, details = failure(stub.Deploy, request)
    assert (code, "'A=B' of envVars" in details) == (CODE.INVALID_ARGUMENT, True)


def test_deploy_update_scale_delete_answer_ok(stub):
    image = stub.GetMeta(pb.FunctionRequest(FunctionName="echo"), timeout=SECONDS).Image
    request = pb.CreateFunctionRequest(Service="fx", Image=image, Labels={"scale_min": "0"})
    assert failure(stub.Update, request)[0] is CODE.NOT_FOUND
    assert stub.Deploy(request, timeout=SECONDS).Msg == "OK"
    assert failure(stub.Deploy, request)[0] is CODE.ALREADY_EXISTS
    assert stub.Update(request, timeout=SECONDS).Msg == "OK"
    assert (
        stub.ReplicaUpdate(
            pb.ScaleServiceRequest(ServiceName="fx", Replicas=0), timeout=SECONDS
        ).Msg
        == "OK"
    )
    assert failure(stub.Invoke, pb.InvokeServiceRequest(Service="fx"))[0] is CODE.UNAVAILABLE
    assert stub.Delete(pb.DeleteFunctionRequest(FunctionName="fx"), timeout=SECONDS).Msg == "OK"


def test_list_log_info_health(stub, echo_gateway):
    names = [each.Name for each in stub.List(pb.Empty(), timeout=SECONDS).Functions]
    assert "echo" in names
    log = stub.GetLog(pb.FunctionRequest(FunctionName="echo"), timeout=SECONDS).Msg
    assert log.startswith("---\nName: echo\nLog:\n")
    told = yaml.safe_load(stub.Info(pb.Empty(), timeout=SECONDS).Msg)
    assert (told["rest"], told["provider"]) == (echo_gateway.rest, "process")
    assert stub.HealthCheck(pb.Empty(), timeout=SECONDS).Msg == "OK"


def test_grpc_calls_are_counted_beside_http_calls(stub, echo_gateway):
    def counted():
        text = requests.get(f"{echo_gateway.rest}/metrics", timeout=SECONDS).text
        found = re.search(
            r'invocation_total\{code="200",function_name="echo.openfaas-fn"\} (\S+)', text
        )
        return float(found[1]) if found else 0.0

    before = counted()
    stub.Invoke(pb.InvokeServiceRequest(Service="echo", Input=b"x"), timeout=SECONDS)
    assert counted() == before + 1
