"""Spans as a collector gets them, and what is told where none can be sent."""

import socket
import threading
import time

import pytest
from multidict import CIMultiDict
from opentelemetry.sdk.trace.export import SpanExportResult

from dcf.gateway.telemetry import events
from dcf.gateway.telemetry.tracing import CLIENT, Outlet, Tracing
from tests.collector import Collector

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def collector(monkeypatch):
    started = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.address)
    # A slow machine may take longer to send them than an end waits.
    monkeypatch.setattr("dcf.gateway.telemetry.tracing._END_SECONDS", 20.0)
    yield started
    started.end()


@pytest.fixture
def silent():
    """A socket that takes connections, and answers nothing at its address."""
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        yield deaf
        # Late: who still waits would tell of lost spans while other tests run.
        with deaf.accept()[0] as asking:
            asking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            for each in set(threading.enumerate()) - before:
                each.join(20)
                assert not each.is_alive(), each


def one(tracing, headers=(), status=200):
    span = tracing.begin("f", CIMultiDict(headers), CLIENT, {"server.address": "http://a"})
    span.answered(status)
    span.end()
    return span


@pytest.mark.parametrize(
    ("environ", "service"),
    [
        ({}, "dcf-gateway"),
        ({"OTEL_SERVICE_NAME": "mine"}, "mine"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=ours"}, "ours"),
    ],
)
def test_a_span_has_the_service_its_parent_and_its_attributes(
    collector, monkeypatch, environ, service
):
    for name, text in environ.items():
        monkeypatch.setenv(name, text)
    tracing = Tracing()
    one(tracing, {"TraceParent": PARENT})
    tracing.close()
    (span,) = collector.spans
    assert (span.service, span.parent) == (service, "00f067aa0ba902b7")
    assert span.attributes == {"server.address": "http://a", "http.response.status_code": 200}


def test_several_parents_are_none_and_several_states_are_one(collector):
    tracing, other = Tracing(), PARENT.replace("4bf9", "aaaa")
    state = [("tracestate", "a=1"), ("tracestate", "b=2")]
    one(tracing, [("traceparent", PARENT), ("traceparent", other)])
    given = CIMultiDict([("traceparent", PARENT), *state])
    carried = one(tracing, given).carry(given)
    tracing.close()
    assert [span.parent for span in collector.spans] == ["", "00f067aa0ba902b7"]
    assert carried.getall("tracestate") == ["a=1,b=2"]


@pytest.mark.parametrize(("status", "failed"), [(200, False), (404, False), (500, True)])
def test_a_span_failed_where_the_server_did(collector, status, failed):
    tracing = Tracing()
    one(tracing, status=status)
    tracing.close()
    assert collector.spans[0].failed is failed


def test_a_sampler_that_wants_none_passes_the_trace_on_all_the_same(collector, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    tracing = Tracing()
    given = CIMultiDict({"traceparent": PARENT})
    carried = one(tracing, given).carry(given)
    tracing.close()
    assert carried["traceparent"].split("-")[1] == PARENT.split("-")[1]
    assert carried["traceparent"].endswith("-00")
    assert collector.spans == []


def test_an_end_waits_for_an_endpoint_that_says_nothing_only_for_a_moment(monkeypatch, silent):
    address = f"http://127.0.0.1:{silent.getsockname()[1]}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    tracing = Tracing()
    one(tracing)
    began = time.monotonic()
    tracing.close()
    assert time.monotonic() - began < 8


class Exporter:
    """Gives one result after the other."""

    def __init__(self, *results):
        self.results = list(results)

    def export(self, spans):
        return self.results.pop(0)


def test_what_cannot_be_sent_is_told_once_and_that_it_is_over(caplog):
    caplog.set_level("INFO")
    yes, no = SpanExportResult.SUCCESS, SpanExportResult.FAILURE
    outlet = Outlet(Exporter(yes, no, no, no, yes, yes, no))
    for _ in range(7):
        outlet.export([])
    told = [record.msg.event for record in caplog.records]
    assert told == [events.SPANS_LOST, events.SPANS_SENT, events.SPANS_LOST]
