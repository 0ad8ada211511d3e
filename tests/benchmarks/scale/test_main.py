"""`python -m benchmarks.scale`: one real run, of few functions and few replicas."""

import json

import pytest

from benchmarks.harness import results
from benchmarks.scale import __main__ as command
from benchmarks.scale.providers import Crowd

SMALL = command.Amounts(rounds=1, calls=40, cpu_seconds=0.02, idle_seconds=0.05)


def test_every_crowd_is_measured_against_the_smallest(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "MANY", (Crowd(1), Crowd(2), Crowd(4)))
    monkeypatch.setattr(command, "WIDE", (Crowd(1, 2), Crowd(1, 3)))
    monkeypatch.setattr(command, "QUICK", SMALL)
    assert command.main(["--quick", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    figures = {}
    for row in content["rows"]:
        figures.setdefault(row["benchmark"], []).append(row["figure"])
    lengths = {name: len(each) for name, each in figures.items()}
    assert lengths == {
        "routing": 4, "calls": 4, "memory": 4, "idle": 3, "list": 3, "describe": 4, "two": 3,
        "photos": 1, "large": 1, "queued": 1,
    }  # fmt: skip
    figures.pop("idle")  # nobody calls then
    assert all(figure > 0 for each in figures.values() for figure in each)
    assert content["about"]["provider"] == "fake"
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text())["details"]["list"]["rounds"].keys() == {
        "1 function", "2 functions", "4 functions"
    }  # fmt: skip


def test_a_provider_that_is_none_is_refused():
    with pytest.raises(SystemExit, match="2"):
        command.main(["--provider", "nothing"])
