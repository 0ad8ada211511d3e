"""Calls over pb.FxWatcher/Call, on a real channel."""

import base64
import os
import re
import threading
from pathlib import Path
from urllib.parse import urlencode

import grpc
import pytest

from watcher._proto import fxwatcher_pb2 as pb
from watcher._proto import fxwatcher_pb2_grpc

LARGE = [
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", 64 << 20),
]


def dial(port):
    return grpc.insecure_channel(f"127.0.0.1:{port}", options=LARGE)


@pytest.fixture(scope="module")
def channel(shared):
    with dial(shared.settings["WATCHER_PORT"]) as opened:
        yield opened


@pytest.fixture
def call(channel):
    def make(body=b"", metadata=(), timeout=30, info=None, **query):
        stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
        sent = [("x-query", urlencode(query)), *metadata]
        return stub.Call.with_call(
            pb.Request(input=body, info=info), metadata=sent, timeout=timeout
        )

    return make


def test_the_wire_is_the_contracts():
    service = pb.DESCRIPTOR.services_by_name["FxWatcher"]
    assert service.full_name == "pb.FxWatcher"
    fields = {
        name: [(f.number, f.name, f.type) for f in message.fields]
        for name, message in pb.DESCRIPTOR.message_types_by_name.items()
    }
    text, raw, message = 9, 12, 11
    assert fields == {
        "Request": [(1, "input", raw), (2, "info", message)],
        "Reply": [(1, "Output", text)],
        "Info": [
            (1, "FunctionName", text),
            (2, "Timeout", text),
            (3, "Runtime", text),
            (4, "Limits", message),
            (5, "Trigger", message),
        ],
        "Trigger": [(1, "Name", text), (2, "Topic", text), (3, "Time", text)],
        "Resources": [(1, "Memory", text), (2, "CPU", text), (3, "GPU", text)],
    }


def test_a_call_reaches_the_handler_with_its_options_and_info(call):
    reply, done = call(
        b"abc",
        metadata=[("accept", "image/png"), ("x-call-id", "id-7")],
        info=pb.Info(FunctionName="steered", Trigger=pb.Trigger(Name="grpc")),
        a="1",
        b="ü",
    )
    for part in ('"bytes":3', '"function":"steered"', '"accept":"image/png"', '"call_id":"id-7"'):
        assert part in reply.Output
    assert '"query":{"a":"1","b":"ü"}' in reply.Output
    trailing = dict(done.trailing_metadata())
    assert trailing["x-call-id"] == "id-7"
    assert trailing["x-content-type"] == "application/json"


def test_twenty_megabytes_pass_both_ways(call):
    body = base64.b64encode(os.urandom(15_000_000))
    assert call(body, do="echo", timeout=30)[0].Output.encode() == body


@pytest.mark.parametrize(
    ("query", "output", "encoding"),
    [
        ({"do": "text", "text": "hü"}, "hü", "text"),
        ({"do": "bytes", "hex": "616263"}, "abc", "text"),
        ({"do": "bytes", "hex": "ff00"}, "/wA=", "base64"),
        ({"do": "answer"}, base64.b64encode(b"\xff\xd8picture").decode(), "base64"),
        ({"do": "nothing"}, "", "text"),
    ],
    ids=["text", "readable bytes", "other bytes", "picture", "nothing"],
)
def test_text_travels_as_it_is_and_anything_else_as_base64(call, query, output, encoding):
    reply, done = call(**query)
    assert reply.Output == output
    assert dict(done.trailing_metadata())["x-output-encoding"] == encoding


def test_a_known_error_has_its_status_and_the_contracts_words(call):
    with pytest.raises(grpc.RpcError) as caught:
        call(do="known")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == ("Exception calling application: this is no image; send one")
    assert dict(caught.value.trailing_metadata())["x-error-code"] == "not_an_image"


def test_the_model_that_answered_is_named_and_no_other_header(call):
    _, done = call(do="named")
    trailing = dict(done.trailing_metadata())
    assert trailing["x-model"] == "cats-7 (abc)"
    assert "x-extra" not in trailing
    with pytest.raises(grpc.RpcError) as caught:
        call(do="refused")
    assert dict(caught.value.trailing_metadata())["x-model"] == "cats-7 (abc)"
    assert "x-model" not in dict(call(do="answer")[1].trailing_metadata())


def test_headers_of_an_error_that_cannot_be_sent_cost_nothing_but_themselves(call):
    with pytest.raises(grpc.RpcError) as caught:
        call(do="refused", model="two\nlines")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "x-model" not in dict(caught.value.trailing_metadata())


@pytest.mark.parametrize("verb", ["unknown", "leave", "bad_type", "nan", "no_such_verb"])
def test_any_other_error_tells_nothing_but_its_id(call, shared, verb):
    with pytest.raises(grpc.RpcError) as caught:
        call(do=verb)
    call_id = dict(caught.value.trailing_metadata())["x-call-id"]
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert caught.value.details() == (
        f"Exception calling application: the handler failed; see the log under call id {call_id}"
    )
    log = shared.wait_log(call_id)
    assert re.search(
        rf"ERROR the (handler failed at|reply cannot be sent: ).* \[{call_id}\]\n", log
    )
    assert call(do="text")[0].Output == "plain"


def test_a_code_of_the_handlers_own_has_the_status_that_goes_with_https(call):
    with pytest.raises(grpc.RpcError) as caught:
        call(do="own", status="404")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert caught.value.details() == "Exception calling application: there is no cat called tim"
    assert dict(caught.value.trailing_metadata())["x-error-code"] == "no_such_cat"


def test_the_callers_deadline_holds_and_the_log_says_where_the_call_was(call, shared):
    with pytest.raises(grpc.RpcError) as caught:
        call(sleep="3", timeout=1, metadata=[("x-call-id", "late-1")])
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    log = shared.wait_log("s) [late-1]")
    assert re.search(
        r"WARNING the call took longer than [0-9.]+ s \(the caller's own limit\); .*; it is at "
        r"handlers/good\.py:\d+ in __call__ \[late-1\]\n",
        log,
    )


def test_a_call_makes_a_line_in_the_log(call, shared):
    call(metadata=[("x-call-id", "line-me")])
    assert "INFO gRPC /pb.FxWatcher/Call - OK - " in shared.wait_log("[line-me]")


@pytest.fixture
def stub(start, free):
    opened = []

    def begin(**settings):
        port = free()
        watcher = start(WATCHER_PORT=port, **settings)
        channel = dial(port)
        opened.append(channel)
        return watcher, fxwatcher_pb2_grpc.FxWatcherStub(channel)

    yield begin
    for channel in opened:
        channel.close()


def status_of(stub, body=b"", **query):
    try:
        stub.Call(pb.Request(input=body), metadata=[("x-query", urlencode(query))], timeout=60)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    return "OK", ""


def test_limits_are_those_of_every_door(stub, gate, free):
    watcher, rpc = stub(
        CONCURRENCY=1,
        MAX_INFLIGHT=1,
        EXEC_TIMEOUT="700ms",
        MAX_BODY_BYTES=1000,
        METRICS_PORT=free(),
    )
    code, details = status_of(rpc, b"x" * 1001)
    assert code == "RESOURCE_EXHAUSTED"
    assert details.startswith("Exception calling application: the body is over 1000 bytes")
    slow = []
    thread = threading.Thread(target=lambda: slow.append(status_of(rpc, do="until", file=gate)))
    thread.start()
    watcher.wait_inflight(1)
    assert status_of(rpc)[0] == "RESOURCE_EXHAUSTED"
    assert watcher.post().status_code == 429  # the doors share the limit
    thread.join(30)
    gate.touch()
    assert slow[0][0] == "DEADLINE_EXCEEDED"


def test_sigterm_finishes_the_call_in_flight(stub, gate, free):
    watcher, rpc = stub(METRICS_PORT=free())
    done = []
    thread = threading.Thread(target=lambda: done.append(status_of(rpc, do="until", file=gate)))
    thread.start()
    watcher.wait_inflight(1)
    watcher.signal()
    watcher.wait_log("draining: 1 calls")
    # The library itself says CANCELLED to a call that comes in the moment it closes.
    assert status_of(rpc)[0] in {"UNAVAILABLE", "CANCELLED"}
    gate.touch()
    thread.join(30)
    assert done == [("OK", "")]
    assert watcher.wait() == 0


def test_calls_are_taken_while_callers_have_not_noticed(start, free, parent):
    port, pipe = free(), {"pass_fds": (parent.fd,), "PARENT_FD": parent.fd}
    watcher = start(WATCHER_PORT=port, DRAIN_DELAY="100s", **pipe)
    with dial(port) as channel:
        rpc = fxwatcher_pb2_grpc.FxWatcherStub(channel)
        watcher.signal()
        watcher.wait_log("taking calls for 100 s more")
        assert status_of(rpc) == ("OK", "")
    with dial(port) as channel:  # as DCF's gateway does it: a connection a call
        assert status_of(fxwatcher_pb2_grpc.FxWatcherStub(channel)) == ("OK", "")
    parent.go()
    assert watcher.wait() == 0


def test_both_ports_serve_and_a_taken_one_is_named(start, free):
    port, mesh = free(), free()
    start(WATCHER_PORT=port, MESH_PORT=mesh)
    for each in (port, mesh):
        with dial(each) as channel:
            assert status_of(fxwatcher_pb2_grpc.FxWatcherStub(channel)) == ("OK", "")
    second = start(ready=False, MESH_PORT=mesh)
    assert second.wait() == 1
    assert f"cannot listen on 127.0.0.1:{mesh}: Address already in use; set MESH_PORT" in second.log


def test_without_a_grpc_port_its_library_is_not_even_loaded(start):
    watcher = start()
    maps = Path(f"/proc/{watcher.process.pid}/maps").read_text()
    assert "cygrpc" not in maps


def test_who_cancels_or_runs_out_of_time_leaves_the_queue_at_once(start, free, behind, tmp_path):
    port, gate = free(), tmp_path / "gate"
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=2, WATCHER_PORT=port, METRICS_PORT=free())
    held = behind(watcher.post, f"/?do=until&file={gate}")
    try:
        watcher.wait_inflight(1)
        with dial(port) as channel:
            stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
            for _ in range(3):
                future = stub.Call.future(pb.Request(input=b"x"), timeout=100)
                watcher.wait_inflight(2)
                future.cancel()
                watcher.wait_inflight(1)
            watcher.wait_log("/pb.FxWatcher/Call - CANCELLED")
            with pytest.raises(grpc.RpcError) as late:
                stub.Call(pb.Request(input=b"x"), timeout=0.2)
            assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            watcher.wait_inflight(1)
        assert not held.done
    finally:
        gate.touch()


def test_bodies_of_calls_that_are_cancelled_do_not_pile_up(start, free, behind, tmp_path):
    port, gate = free(), tmp_path / "gate"
    watcher = start(CONCURRENCY=1, WATCHER_PORT=port, METRICS_PORT=free())
    behind(watcher.post, f"/?do=until&file={gate}")
    try:
        watcher.wait_inflight(1)
        with dial(port) as channel:
            stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
            request = pb.Request(input=b"x" * 5_000_000)
            before = None
            for _ in range(40):
                future = stub.Call.future(request, timeout=100)
                watcher.wait_inflight(2)
                future.cancel()
                watcher.wait_inflight(1)
                before = before or watcher.resident()
            assert watcher.resident() - before < 60e6
    finally:
        gate.touch()
