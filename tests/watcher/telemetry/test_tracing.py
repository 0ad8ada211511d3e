"""Spans of a watcher's calls, as a collector gets them; and what is there without one."""

import subprocess
import sys
import time

import pytest

from tests.collector import Collector
from tests.waiting import until

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"
CODE = """
from types import SimpleNamespace

class Long(Exception):
    defer = True

class Wrong(Exception):
    code, message, status = "no_cat", "secret words", 422

def answer(req):
    if req.input == b"raise":
        raise RuntimeError("secret words")
    if req.input == b"wrong":
        raise Wrong
    if req.input == b"long" and req.turn.may_defer:
        raise Long
    return SimpleNamespace(
        body=req.headers.get("traceparent", "") + " " + req.headers.get("tracestate", ""),
        timings_ms={"decode": 1.5, "inference": 7},
    )
"""
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "50"}


@pytest.fixture
def collector():
    started = Collector()
    yield started
    started.end()


@pytest.fixture
def traced(start, tmp_path):
    """`traced(endpoint, **settings)` starts a watcher whose spans go there."""
    (tmp_path / "handler.py").write_text(CODE)

    def begin(endpoint, **settings):
        return start(
            HANDLER_DIR=tmp_path, HANDLER_FILE="handler.py", HANDLER_NAME="answer",
            FUNCTION_NAME="f", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **{**QUICK, **settings},
        )  # fmt: skip

    return begin


def one(collector, name):
    (found,) = until(lambda: collector.named(name), said=lambda: collector.spans)
    return found


def test_a_call_is_a_span_with_its_wait_the_handler_and_its_stages(traced, collector):
    watcher = traced(collector.address, CONCURRENCY=1)
    headers = {"traceparent": PARENT, "tracestate": "vendor=1", "X-Call-Id": "call-7"}
    answer = watcher.post(headers=headers)
    call, wait, handler = (one(collector, name) for name in ("f", "wait for a slot", "handler"))
    assert answer.text == f"00-{TRACE_ID}-{handler.id}-01 vendor=1"
    assert (call.trace, call.parent, call.kind) == (TRACE_ID, SPAN_ID, 2)
    assert call.attributes["faas.invocation_id"] == "call-7"
    assert call.attributes["http.response.status_code"] == 200
    assert {each.parent for each in (wait, handler)} == {call.id}
    assert call.began <= wait.began <= wait.ended == handler.began <= handler.ended <= call.ended
    decode, inference = one(collector, "decode"), one(collector, "inference")
    assert {decode.parent, inference.parent} == {handler.id}
    assert decode.ended - decode.began == 1_500_000
    assert (inference.began, inference.ended - inference.began) == (decode.ended, 7_000_000)
    assert {each.service for each in collector.spans} == {"f"}
    assert {each.trace for each in collector.spans} == {TRACE_ID}
    assert collector.paths == {"/v1/traces"}


def test_a_call_without_a_trace_begins_one_and_over_grpc_it_is_the_same(traced, collector, free):
    import grpc

    from watcher._proto import fxwatcher_pb2 as pb
    from watcher._proto.fxwatcher_pb2_grpc import FxWatcherStub

    watcher = traced(collector.address, WATCHER_PORT=free(), OTEL_SERVICE_NAME="mine")
    watcher.wait_log("ready: ")
    with grpc.insecure_channel(f"127.0.0.1:{watcher.settings['WATCHER_PORT']}") as channel:
        FxWatcherStub(channel).Call(pb.Request(), timeout=20, wait_for_ready=True)
        (call,) = until(lambda: collector.named("f", "mine"))
        assert call.parent == ""
        metadata = (("traceparent", PARENT),)
        FxWatcherStub(channel).Call(pb.Request(), timeout=20, metadata=metadata)
    until(lambda: TRACE_ID in {each.trace for each in collector.named("f")})


@pytest.mark.parametrize(("body", "kind"), [(b"raise", "RuntimeError"), (b"wrong", "no_cat")])
def test_an_error_is_told_by_its_kind_and_not_by_its_words(traced, collector, body, kind):
    traced(collector.address).post(data=body)
    for name in ("handler", "f"):
        span = one(collector, name)
        assert span.failed
        assert span.attributes["error.type"] == kind
    assert "secret" not in str(collector.spans)


def test_a_call_that_is_put_off_waits_and_runs_twice(traced, collector):
    assert traced(collector.address).post(data=b"long").ok
    first, second = until(
        lambda: (
            len(found := collector.named("handler")) == 2 and sorted(found, key=lambda s: s.began)
        )
    )
    assert first.attributes["dcf.deferred"] is True
    assert not first.failed
    assert "dcf.deferred" not in second.attributes
    assert len(collector.named("wait for a slot")) == 2
    assert not one(collector, "f").failed


def test_a_sampler_that_wants_nothing_still_passes_the_trace_on(traced, collector):
    watcher = traced(collector.address, OTEL_TRACES_SAMPLER="always_off")
    told = watcher.post(headers={"traceparent": PARENT}).text
    assert told.startswith(f"00-{TRACE_ID}-")
    assert told.split()[0].endswith("-00")
    watcher.signal()
    assert watcher.wait() == 0
    assert collector.spans == []


def test_what_is_left_is_sent_at_the_end(traced, collector):
    watcher = traced(collector.address, OTEL_BSP_SCHEDULE_DELAY="60000")
    assert watcher.post().ok
    watcher.signal()
    assert watcher.wait() == 0
    assert collector.named("f")


def test_an_endpoint_that_is_away_costs_no_call_and_one_line(traced, free):
    watcher = traced(f"http://127.0.0.1:{free()}", OTEL_EXPORTER_OTLP_TIMEOUT="1")
    for _ in range(3):
        assert watcher.post().ok
        watcher.wait_log("spans cannot be sent", 20)
    assert watcher.post().ok
    began = time.monotonic()
    watcher.signal()
    assert watcher.wait() == 0
    assert time.monotonic() - began < 10
    assert watcher.log.count("spans cannot be sent") == 1
    assert "Traceback" not in watcher.log
    assert "urllib3" not in watcher.log


PROGRAM = """
import io, os, sys
os.environ.update(HANDLER_DIR={folder!r}, HANDLER_FILE="handler.py", HANDLER_NAME="answer")
os.environ["LOCK_FILE"] = {folder!r} + "/lock"
from watcher import function
environ = {{"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO()}}
answer = function.wsgi()(environ | {{"HTTP_TRACEPARENT": {parent!r}}}, lambda *_: None)
print(b"".join(answer).decode(), any(name.startswith("opentelemetry") for name in sys.modules))
"""


def imported(tmp_path, environ):
    (tmp_path / "handler.py").write_text(CODE)
    program = PROGRAM.format(folder=str(tmp_path), parent=PARENT)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", **environ}, check=True,
    )  # fmt: skip


def test_nothing_of_it_is_imported_where_no_endpoint_is_set(tmp_path):
    assert imported(tmp_path, {}).stdout.splitlines()[-1] == f"{PARENT}  False"


def test_it_is_imported_where_one_is_set(tmp_path, collector):
    told = imported(tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address})
    assert told.stdout.endswith(" True\n")


def test_without_the_packages_one_line_says_so_and_calls_are_answered(tmp_path):
    blocked = tmp_path / "packages" / "opentelemetry"
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").write_text("raise ModuleNotFoundError(name='opentelemetry')\n")
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
        "PYTHONPATH": str(blocked.parent),
    }
    done = imported(tmp_path, environ)
    assert done.stdout.splitlines()[-1] == f"{PARENT}  False"
    assert "pip install 'dcf-detect[tracing]'" in done.stderr
