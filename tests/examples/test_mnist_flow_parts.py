"""The parts of examples/mnist_flow that need no framework and no server."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from mnist_flow import main
from mnist_flow.best import find_best
from mnist_flow.record import FILE, FlowError, Record, digest_of, read_record, write_record
from mnist_flow.serving import chosen, serve
from mnist_flow.space import note_of

from models.training.errors import BadRecipe

RECORD = Record("torch-aa", 1, "torch", 0.9, 0.88, 100, "aa", "weights.pt", "", {"batch": 64})


@pytest.fixture
def done(tmp_path):
    """Writes down a trial that is done, after all others."""
    times = iter(range(1, 100))

    def write(trial_id, accuracy, **other):
        record = replace(RECORD, trial_id=trial_id, accuracy=accuracy, **other)
        folder = record.folder(tmp_path)
        folder.mkdir(parents=True)
        (folder / record.weights).write_text(record.name)
        record = replace(record, sha256=digest_of(folder / record.weights))
        write_record(record, folder / FILE)
        moment = next(times)
        os.utime(folder / FILE, (moment, moment))
        return record

    return write


def test_the_best_of_all_frameworks_stays_until_it_is_beaten(done, tmp_path, capsys):
    first = done(1, 0.9)
    assert find_best(tmp_path) == first
    done(2, 0.9)
    done(3, 0.8)
    assert find_best(tmp_path) == first
    os.utime(first.folder(tmp_path) / FILE, (50, 50))  # as when its trial was taken up again
    assert find_best(tmp_path) == first
    assert "best stays torch-aa-1: 0.9000 of 100 digits, test 0.8800" in capsys.readouterr().out
    better = done(1, 0.91, framework="tensorflow", experiment_id="tensorflow-aa")
    assert find_best(tmp_path) == better
    assert "best is tensorflow-aa-1: 0.9100" in capsys.readouterr().out
    assert read_record(tmp_path / "best_model.json") == better


def test_the_test_digits_decide_nothing(done, tmp_path):
    done(1, 0.9, test_accuracy=0.99)
    better = done(2, 0.95, test_accuracy=0.5)
    assert find_best(tmp_path) == better


def test_trials_of_other_digits_are_told_and_not_compared(done, tmp_path, capsys):
    done(1, 0.99)
    find_best(tmp_path)
    new = done(1, 0.7, digits="bb", experiment_id="torch-bb")
    assert find_best(tmp_path) == new
    said = capsys.readouterr().out
    assert "torch-aa-1 is of other digits than the last trial, and is not compared" in said
    assert "torch-bb-1: 0.7000 of 100 digits, test 0.8800; torch-aa-1 was of other digits" in said


def test_any_model_that_is_done_can_be_served_again(done, tmp_path):
    first, best = done(1, 0.8), done(2, 0.9)
    find_best(tmp_path)
    assert chosen(tmp_path, "") == best
    assert chosen(tmp_path, "torch-aa-1") == first
    with pytest.raises(FlowError, match="no model torch-aa-3 that is done; there: torch-aa-1, tor"):
        chosen(tmp_path, "torch-aa-3")


@pytest.mark.parametrize("change", ["write_text", "unlink"])
def test_weights_that_were_not_judged_are_not_served(done, tmp_path, change):
    weights = done(1, 0.9).folder(tmp_path) / "weights.pt"
    find_best(tmp_path)
    getattr(weights, change)(*(["others"] if change == "write_text" else []))
    with pytest.raises(FlowError, match=r"weights.pt is not what trial torch-aa-1 wrote: serve an"):
        serve(tmp_path, tmp_path)
    assert not (tmp_path / "export").exists()


def test_a_folder_has_another_digest_when_a_file_of_it_is_another_or_elsewhere(tmp_path):
    (tmp_path / "model/variables").mkdir(parents=True)
    seen = set()
    for name, content in (("a", "1"), ("a", "2"), ("variables/a", "2"), ("b", "")):
        for file in (tmp_path / "model").rglob("[ab]"):
            file.unlink()
        (tmp_path / "model" / name).write_text(content)
        seen.add(digest_of(tmp_path / "model"))
    assert len(seen) == 4


def options(tmp_path, space, *words):
    (tmp_path / "space.yaml").write_text(space)
    place = ["--out", str(tmp_path), "--space", str(tmp_path / "space.yaml")]
    return main.arguments(["--mode", "train", *place, *words])


def test_other_digits_are_another_search(tmp_path):
    asked = options(tmp_path, "rate: {log: [1e-4, 1e-2]}\nhidden: {int: [16, 64], step: 16}\n")
    notes = [note_of(asked, digest) for digest in ("1234567", "2234567")]
    assert [note.experiment for note in notes] == ["torch-123456", "torch-223456"]
    assert notes[0].plan.space["rate"].log == (1e-4, 1e-2)
    assert (notes[0].trials, notes[0].plan.base.epochs) == (10, 5)


@pytest.mark.parametrize(
    ("space", "told"),
    [
        pytest.param("ratte: {log: [1e-4, 1e-2]}", "ratte: unknown key; did", id="unknown"),
        pytest.param("rate: {log: [1e-2, 1e-4]}", "rate: from 0.01 to 0.0001 is no range",
                     id="turned"),
        pytest.param("rate: {float: [-1, 1]}", "rate: -1.0 cannot be: Expected `float` > 0",
                     id="below"),
        pytest.param("batch: {choice: [32, many]}", "batch: 'many' cannot be: Expected `int`",
                     id="word"),
        pytest.param("batch: 32", "batch: Expected", id="no range"),
        pytest.param("{}", "is empty: give a range for one of rate", id="empty"),
    ],
)  # fmt: skip
def test_a_space_that_cannot_be_is_told_with_its_key(tmp_path, space, told):
    with pytest.raises((FlowError, BadRecipe), match=told):
        note_of(options(tmp_path, space), "1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["upload_mnist"], "--table is missing: bigquery://", id="no table"),
        pytest.param(["upload_mnist", "--table", "lake", "--data", "/no.tgz"], "/no.tgz cannot be",
                     id="no digits"),
        pytest.param(["find_best_model"], "has no trial that is done", id="no trial"),
        pytest.param(["serving"], "best_model.json is not there: run", id="no best"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_line(tmp_path, words, told):
    """From any folder, and with nothing on the path but what main.py finds for itself."""
    done = subprocess.run(
        [sys.executable, main.__file__, "--mode", *words, "--out", tmp_path / "out"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
