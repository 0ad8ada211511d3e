"""A worker says that it is ready, then answers each line with a line."""

import io
import json
import sys

from benchmarks.harness.commands import commands, milliseconds, reply


def test_commands_are_lines_and_so_are_answers(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"calls": 2}\n{"calls": 3}\n'))
    for command in commands():
        reply({"made": command["calls"]})
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        "ready", {"made": 2}, {"made": 3},
    ]  # fmt: skip


def test_every_call_is_timed_alone():
    calls = []
    assert len(milliseconds(lambda: calls.append(1), 4)) == len(calls) == 4
    assert milliseconds(lambda: calls.append(1), 0) == []
