"""Traces over real processes: what a caller sends reaches every function, and what spans tell."""

import json

import grpc
import pytest
import requests

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from tests.collector import Collector
from tests.waiting import until

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
GIVEN = {"traceparent": PARENT, "tracestate": "vendor=1"}
# Answers with the headers of the trace it was given; `pass`: with those that `tell` was given.
TELL = """
import json, pathlib
import mesh

def answer(req):
    if req.input == b"pass":
        return mesh.mesh_call("tell", b"", timeout=20)
    told = json.dumps({name: req.headers.get(name) for name in ("Traceparent", "tracestate")})
    if req.input.startswith(b"/"):
        pathlib.Path(req.input.decode()).write_text(told)
    return told
"""
SEEN = {"Traceparent": PARENT, "tracestate": "vendor=1"}


@pytest.fixture(scope="module")
def telling(module_gateway, write_function, tmp_path_factory):
    """A gateway with the function `tell`, where no spans are sent."""
    folder = tmp_path_factory.mktemp("tell")
    module_gateway.deploy(write_function(folder, "tell", TELL, name="answer"))
    return module_gateway


def asked(gateway, body=b"", path="/function/tell", **headers):
    return requests.post(gateway.rest + path, data=body, headers=headers, timeout=30)


@pytest.mark.parametrize("path", ["/function/tell", "/openfx/function/tell"])
@pytest.mark.parametrize("body", [b"", b"pass"])
def test_a_trace_reaches_a_function_and_what_it_calls(telling, path, body):
    answer = asked(telling, body, path, **GIVEN)
    assert answer.ok, answer.text
    assert answer.json() == SEEN


@pytest.mark.parametrize("body", [b"", b"pass"])
def test_a_trace_that_comes_over_grpc_reaches_a_function_and_what_it_calls(telling, body):
    with grpc.insecure_channel(telling.grpc) as channel:
        request = pb.InvokeServiceRequest(Service="tell", Input=body)
        metadata = tuple(GIVEN.items())
        answer = GatewayStub(channel).Invoke(request, timeout=30, metadata=metadata)
    assert json.loads(answer.Msg) == SEEN


def test_a_queued_call_keeps_its_trace(telling, tmp_path):
    file = tmp_path / "seen"
    answer = asked(telling, str(file), "/async-function/tell", **GIVEN)
    assert answer.status_code == 202
    assert json.loads(until(lambda: file.exists() and file.read_text())) == SEEN


def test_a_call_without_a_trace_behind_one_with_it_belongs_to_none(telling):
    assert asked(telling, b"pass", **GIVEN).json() == SEEN
    for _ in range(8):  # whichever thread answers
        nothing = asked(telling, b"pass").json()
        assert nothing == {"Traceparent": None, "tracestate": None}


@pytest.mark.parametrize("parent", ["é".encode(), b"x" * 2000, b"00-no"])
def test_a_header_that_is_no_trace_fails_no_call(telling, parent):
    headers = {"traceparent": parent, "tracestate": b"\xff"}
    answer = requests.post(telling.rest + "/function/tell", b"pass", headers=headers, timeout=30)
    assert answer.json() == {"Traceparent": None, "tracestate": None}


@pytest.fixture
def traced(gateways, write_function, tmp_path, monkeypatch):
    """A gateway with `tell` whose spans, and the function's, go to a collector."""
    collector = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    gateway = gateways("--min-ready-seconds", "0", "--log-format", "json")
    gateway.deploy(write_function(tmp_path / "tell", "tell", TELL, name="answer"))
    gateway.collector = collector
    yield gateway
    collector.end()


def spans_of(gateway, name, service, count=1):
    """So many spans of a name, the earliest first; more would be a fault."""
    found = until(
        lambda: len(found := gateway.collector.named(name, service)) >= count and found,
        said=lambda: gateway.collector.spans,
    )
    assert len(found) == count, found
    return sorted(found, key=lambda span: span.began)


def test_one_trace_goes_through_gateway_and_watcher_to_the_handler(traced):
    answer = asked(traced, **GIVEN, **{"X-Call-Id": "call-9"})
    (call,), (upstream,) = (spans_of(traced, each, "dcf-gateway") for each in ("tell", "upstream"))
    (watcher,), (handler,) = (spans_of(traced, each, "tell") for each in ("tell", "handler"))
    assert [call.parent, upstream.parent, watcher.parent, handler.parent] == [
        "00f067aa0ba902b7", call.id, upstream.id, watcher.id,
    ]  # fmt: skip
    assert {each.trace for each in traced.collector.spans} == {TRACE_ID}
    assert [call.kind, upstream.kind, watcher.kind] == [2, 3, 2]
    assert call.attributes["faas.invocation_id"] == "call-9"
    assert call.attributes["http.response.status_code"] == 200
    assert upstream.attributes["dcf.revision"] == "1"
    assert call.began <= upstream.began <= handler.began <= handler.ended <= call.ended
    assert answer.json() == {
        "Traceparent": f"00-{TRACE_ID}-{handler.id}-01", "tracestate": "vendor=1",
    }  # fmt: skip


def test_a_call_of_a_call_hangs_below_the_handler_that_made_it(traced):
    assert asked(traced, b"pass", **GIVEN).ok
    outer, inner = spans_of(traced, "handler", "tell", 2)
    calls = spans_of(traced, "tell", "dcf-gateway", 2)
    assert calls[1].parent == outer.id
    assert outer.began < inner.began < inner.ended < outer.ended
    assert {each.trace for each in traced.collector.spans} == {TRACE_ID}


def test_a_queued_call_is_a_span_from_its_arrival_with_its_wait(traced):
    scale = {"serviceName": "tell", "replicas": 0}
    requests.post(f"{traced.rest}/system/scale-function/tell", json=scale, timeout=20)
    at = f"{traced.rest}/system/function/tell"  # a call might still be answered
    until(lambda: not requests.get(at, timeout=20).json().get("availableReplicas"))
    assert asked(traced).status_code == 503
    assert asked(traced, path="/async-function/tell").status_code == 202
    scale["replicas"] = 1
    requests.post(f"{traced.rest}/system/scale-function/tell", json=scale, timeout=20)
    (wait,) = spans_of(traced, "wait in the queue", "dcf-gateway")
    (handler,) = spans_of(traced, "handler", "tell")
    spans = traced.collector.named
    (call,) = until(lambda: [each for each in spans("tell", "dcf-gateway") if each.kind == 5])
    assert wait.parent == call.id
    assert wait.began == call.began < wait.ended <= handler.began
    assert call.trace == handler.trace


def test_a_call_that_nobody_answers_is_a_span_that_failed(traced):
    assert asked(traced, path="/function/no-such").status_code == 404
    assert asked(traced, b"/").status_code == 500
    failed = until(
        lambda: [each for each in traced.collector.named("tell", "dcf-gateway") if each.failed]
    )
    assert failed[0].attributes["http.response.status_code"] == 500
    assert not traced.collector.named("no-such")  # callers make no names


def test_an_endpoint_that_is_away_costs_no_call_and_a_line_each(
    gateways, write_function, tmp_path, monkeypatch, nobody
):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", nobody())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    gateway = gateways("--min-ready-seconds", "0", "--log-format", "json")
    gateway.deploy(write_function(tmp_path / "tell", "tell", TELL, name="answer"))
    for _ in range(5):
        assert asked(gateway, b"pass", **GIVEN).ok
    for line in gateway.process.stdout:
        gateway.said.append(line.rstrip())
        if "spans_lost" in line:
            break
    for _ in range(5):
        assert asked(gateway, b"pass", **GIVEN).ok
    assert gateway.end() == 0
    events = [json.loads(line)["event"] for line in gateway.said if line.startswith("{")]
    assert events.count("spans_lost") == 1
    assert "spans_sent" not in events
    assert not [line for line in gateway.said if "Traceback" in line or "urllib3" in line]
