"""The table of events: stable names, and a page that tells all of them."""

import logging
from pathlib import Path

import pytest

from dcf.gateway.telemetry.events import CALL, DEPLOYED, EVENTS, REPLICA_READY, tell

PAGE = (Path(__file__).parents[4] / "docs" / "gateway.md").read_text()
LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}


def test_names_are_different_and_of_one_shape():
    names = [each.name for each in EVENTS]
    assert len(set(names)) == len(names) > 25
    assert all(name.replace("_", "").isalpha() and name.islower() for name in names)


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: each.name)
def test_the_page_tells_each_with_level_fields_and_meaning(event):
    level = LEVELS[event.level] + (", summed" if event.is_summed else "")
    assert f"| `{event.name}` | {level} | {event.fields} | {event.meaning} |" in PAGE


def test_the_page_tells_no_other():
    part = PAGE.partition("### Events")[2].partition("\n### ")[0]
    told = {line.split("`")[1] for line in part.splitlines() if line.startswith("| `")}
    assert told == {each.name for each in EVENTS}


def test_what_is_empty_is_left_out_and_zero_is_not(caplog):
    caplog.set_level(logging.INFO)
    tell(DEPLOYED, function="f", by="", image=None, replicas=0)
    (record,) = caplog.records
    assert record.msg.fields == {"function": "f", "replicas": 0}
    assert record.getMessage() == "function_deployed function=f replicas=0"


def test_below_the_level_nothing_is_made(caplog):
    caplog.set_level(logging.INFO)
    tell(CALL, function="f")
    tell(REPLICA_READY, function="f")
    assert [each.msg.event for each in caplog.records] == [REPLICA_READY]
