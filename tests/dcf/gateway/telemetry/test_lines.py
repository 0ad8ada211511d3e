"""How lines look: one an event, whatever is in it."""

import json
import logging
import re

import pytest

from dcf.gateway.telemetry.events import CALL_FAILED, DEPLOYED, Told
from dcf.gateway.telemetry.lines import formatter


def record(message, *arguments, exc_info=None):
    return logging.LogRecord("some.place", logging.WARNING, "x.py", 7, message, arguments, exc_info)


def text(**fields):
    return formatter("text").format(record(Told(DEPLOYED, fields)))


def test_text_has_time_level_name_and_fields():
    line = text(function="f", replicas=2, password=True, seconds=0.12345678)
    head, _, rest = line.partition(" ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", head)
    assert rest == "WARNING function_deployed function=f replicas=2 password=true seconds=0.123457"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two words", '"two words"'),
        ('say "x"', '"say \\"x\\""'),
        ("a=b", '"a=b"'),
        ("", '""'),
        ("line\nbreak", '"line\\nbreak"'),
        ("\x1b[2J", '"\\u001b[2J"'),
        ("\u202eevil", '"\\u202eevil"'),
        (["a", "b"], '["a", "b"]'),
        ({"a": 1}, '{"a": 1}'),
        (None, "None"),
    ],
)
def test_a_value_cannot_make_a_second_line_or_a_second_field(value, shown):
    assert text(function=value).endswith(f" function={shown}")
    parsed = json.loads(formatter("json").format(record(Told(DEPLOYED, {"function": value}))))
    assert parsed["function"] == value


def test_json_has_the_same_parts():
    line = formatter("json").format(record(Told(CALL_FAILED, {"code": "timeout", "seconds": 1.5})))
    parsed = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", parsed.pop("time"))
    assert parsed == {
        "level": "warning", "event": "call_failed", "code": "timeout", "seconds": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_is_no_event_is_a_message_and_a_trace_is_kept(log_format):
    try:
        raise ValueError("bad \x1b[2J")
    except ValueError as fault:
        line = formatter(log_format).format(
            record("%s failed\n", "POST", exc_info=(ValueError, fault, fault.__traceback__))
        )
    if log_format == "json":
        parsed = json.loads(line)
        assert (parsed["event"], parsed["logger"]) == ("log", "some.place")
        assert parsed["message"] == "POST failed\n"
        assert "ValueError: bad" in parsed["traceback"]
        assert "\n" not in line
    else:
        first, *trace = line.split("\n")
        assert first.endswith("Z WARNING POST failed\\n")
        assert trace[0] == "Traceback (most recent call last):"
        assert trace[-1] == "ValueError: bad \\x1b[2J"
