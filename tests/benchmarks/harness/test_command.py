"""What all commands share: the flags, the table or JSON, the file, and the exit code."""

import json

import pytest

from benchmarks.harness import command, results
from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.plan import Plan


@pytest.fixture
def bench(tmp_path, monkeypatch, capsys):
    """Runs a command that measures what the function gives."""
    monkeypatch.setattr(results, "FOLDER", tmp_path)

    def run(measure, *words, room=""):
        flags = command.parser("benchmarks", "Measures.", ("a", "b")).parse_args(words)
        code = command.run(flags, Plan(), measure, room, {"more": 1})
        written = [(file.name, json.loads(file.read_text())) for file in tmp_path.glob("*.json")]
        return code, capsys.readouterr(), written

    return run


def missed():
    return {"a": Finding((Row("slow", 2.0, "", at_most(1)),), {"rounds": [2]})}


def broken():
    raise BenchmarkError("the server ended")


def test_a_missed_bar_is_printed_and_is_no_failure(bench):
    code, printed, ((name, content),) = bench(missed)
    assert code == 0
    assert "missed" in printed.out
    assert name in printed.err
    assert content["details"] == {"a": {"rounds": [2]}}
    assert content["about"]["more"] == 1
    assert 0 <= content["about"]["others_share"] <= 1


def test_json_is_what_the_file_holds(bench):
    _, printed, ((name, content),) = bench(missed, "--json", room="peers")
    assert json.loads(printed.out) == content
    assert name.endswith("-peers.json")


def test_markdown_is_a_table(bench):
    assert "| slow | 2.00 | ≤ 1 | missed |  |" in bench(missed, "--markdown")[1].out


def test_what_cannot_be_measured_is_one_line_and_no_file(bench):
    code, printed, written = bench(broken, room="peers")
    assert (code, written, printed.out) == (1, [], "")
    assert printed.err.splitlines()[-1] == "benchmarks.peers: the server ended"


@pytest.mark.parametrize("words", [("--only", "c"), ("--json", "--markdown"), ("--qui",)])
def test_flags_that_are_none_are_refused(words):
    with pytest.raises(SystemExit, match="2"):
        command.parser("benchmarks", "Measures.", ("a", "b")).parse_args(words)
