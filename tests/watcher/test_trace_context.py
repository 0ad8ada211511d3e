"""Which headers of a trace are passed on, and when spans are sent."""

import pytest

from watcher.trace_context import spans_wanted, trace_of

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"


@pytest.mark.parametrize("parent", [PARENT, PARENT[:-1] + "0", "cc" + PARENT[2:] + "-what-comes"])
def test_what_the_specification_allows_is_passed_on(parent):
    assert trace_of(parent, None) == (("traceparent", parent),)
    assert dict(trace_of(parent, "a=1,b=2"))["tracestate"] == "a=1,b=2"


@pytest.mark.parametrize(
    "parent",
    ["", "x", PARENT + "-more", PARENT + "\n", "ff" + PARENT[2:], PARENT.upper(),
     PARENT.replace(TRACE_ID, "0" * 32), PARENT.replace(SPAN_ID, "0" * 16), PARENT[:-1],
     "é" + PARENT, "cc" + PARENT[2:] + "-é", "cc" + PARENT[2:] + "-" + "x" * 600,
     f"{PARENT},{PARENT}"],
)  # fmt: skip
def test_what_it_does_not_allow_is_not(parent):
    assert trace_of(parent, "a=1") == ()


@pytest.mark.parametrize("state", [None, "", "a=é", "a=1\n", "a=" + "x" * 511])
def test_a_state_that_cannot_be_passed_on_leaves_the_parent(state):
    assert trace_of(PARENT, state) == (("traceparent", PARENT),)


ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "true"}, False),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "false"}, True),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "otlp"}, True),
    ],
)
def test_spans_are_wanted_where_an_endpoint_is_set_and_nothing_turns_them_off(environ, wanted):
    assert spans_wanted(environ) is wanted
