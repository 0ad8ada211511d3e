"""`python -m benchmarks.engines` with workers that compute next to nothing, as real processes."""

import json
import sys

import pytest

from benchmarks.engines import __main__ as engines
from benchmarks.engines import findings, turns
from benchmarks.engines.catalogue import Engine
from benchmarks.harness import results, worker
from benchmarks.harness.errors import CannotMeasure

WORKER = """
import signal
import sys
import numpy as np
from benchmarks.engines.workers.served import serve

shift = float(sys.argv[-1])
if shift == -1:
    sys.exit("the model cannot be read")

def run(tensor):
    if shift == -2:
        signal.pause()
    scores = tensor.astype(np.float32).reshape(1, -1, 3) / 255
    scores[:, :, 0] += shift
    return scores, np.zeros((1, scores.shape[1], 4), np.float32)

serve(run, lambda pixels: pixels)
"""


@pytest.fixture
def bench(tmp_path, monkeypatch, capsys):
    """Runs the command on fake engines, given as name, precision and how wrong each is."""
    (tmp_path / "worker.py").write_text(WORKER)
    python = tmp_path / "python"
    # An engine's interpreter is called with -P -m MODULE ARGUMENTS; this one runs the worker above.
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {tmp_path}/worker.py "$@"\n')
    python.chmod(0o755)

    def prepared(product, progress):
        if product == "absent":
            raise CannotMeasure("`make it`, then again")
        return tmp_path / product

    def run(*rows, flags=("--quick",)):
        fakes = [Engine(name, precision, product, python, ("engine", shift))
                 for name, precision, product, shift in rows]  # fmt: skip
        for module, name, value in (
            (engines, "ENGINES", tuple(fakes)), (engines, "prepared", prepared),
            (engines, "VERSIONED", {}), (turns, "REFERENCE", fakes[0]),
            (findings, "REFERENCE", fakes[0]), (findings, "OURS", fakes[1]),
            (findings, "RIVALS", ()), (results, "FOLDER", tmp_path / "results"),
        ):  # fmt: skip
            monkeypatch.setattr(module, name, value)
        code = engines.main([*flags, "--json"])
        (file,) = (tmp_path / "results").glob("*-engines.json")
        content = json.loads(file.read_text())
        assert json.loads(capsys.readouterr().out) == content
        return code, content

    return run


REFERENCE = ("reference", "float32", "model", "0")
OURS = ("ours", "int8", "model", "0.25")


def test_engines_take_turns_and_their_answers_are_compared(bench):
    code, content = bench(REFERENCE, OURS)
    assert code == 0
    details = content["details"]["engines"]
    assert {name: len(taken) for name, taken in details["milliseconds"].items()} == {
        "reference": 2,
        "ours": 2,
    }
    assert details["differences"]["reference"] == {"largest": 0.0, "same_class": 1.0}
    assert 0.02 < details["differences"]["ours"]["largest"] < 0.07
    assert all(row["figure"] is not None for row in content["rows"])
    assert 0 <= content["about"]["others_share"] <= 1


def test_an_engine_in_float32_that_answers_something_else_is_a_failure(bench):
    code, content = bench(REFERENCE, OURS, ("wrong", "float32", "model", "0.25"))
    assert code == 1
    assert "wrong" not in content["details"]["engines"]["milliseconds"]
    assert "computes something else" in content["details"]["engines"]["absent"]["wrong"]


def test_an_engine_that_ends_is_a_failure_and_the_others_go_on(bench):
    code, content = bench(REFERENCE, OURS, ("broken", "int8", "model", "-1"))
    assert code == 1
    assert "the model cannot be read" in content["details"]["engines"]["absent"]["broken"]
    assert set(content["details"]["engines"]["milliseconds"]) == {"reference", "ours"}


def test_an_engine_that_hangs_is_ended(bench, monkeypatch):
    monkeypatch.setattr(worker, "LIMIT_SECONDS", 3)
    code, content = bench(REFERENCE, OURS, ("stuck", "int8", "model", "-2"))
    assert code == 1
    assert "ended with -9" in content["details"]["engines"]["absent"]["stuck"]


def test_an_engine_without_its_environment_is_skipped(bench):
    code, content = bench(REFERENCE, OURS, ("peer", "int8", "absent", "0"))
    assert code == 0
    (row,) = [row for row in content["rows"] if row["what"] == "peer"]
    assert (row["verdict"], row["note"]) == ("skipped", "`make it`, then again")


def test_only_some_engines(bench):
    code, content = bench(REFERENCE, OURS, flags=("--quick", "--only", "ours"))
    assert code == 0
    assert set(content["details"]["engines"]["milliseconds"]) == {"ours"}
