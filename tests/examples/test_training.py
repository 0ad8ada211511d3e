"""The training loop as a process: stopped, killed and gone on with, it ends as if it never was."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
LIMIT_S = 60
COUNTS = {"train": 600, "t10k": 200}
STEPS = 600 // 50


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """MNIST's files with ten shades of noise that can be told apart."""
    folder = tmp_path_factory.mktemp("data")
    chance = np.random.default_rng(0)
    kinds = chance.integers(0, 256, (10, 28, 28))
    for name, count in COUNTS.items():
        labels = np.arange(count) % 10
        images = np.clip(kinds[labels] + chance.normal(0, 60, (count, 28, 28)), 0, 255)
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            head = bytes((0, 0, 8, values.ndim)) + np.array(values.shape, ">u4").tobytes()
            (folder / f"{name}-{kind}-ubyte").write_bytes(head + values.astype(np.uint8).tobytes())
    return folder


@pytest.fixture
def train(data, tmp_path):
    """`train(out, *arguments, **environment)` starts a run; all are ended with the test."""
    started = []

    def start(out, *arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, HERE / "softmax.py", "--data", data, "--out", tmp_path / out,
             "--batch", "50", "--rate", "0.02", *arguments],
            env={**os.environ, "PYTHONPATH": str(EXAMPLES), **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for each in started:
        each.kill()
        each.communicate()


def ended(process):
    said, wrong = process.communicate(timeout=LIMIT_S)
    return process.returncode, said, wrong


def until(is_so, process):
    end = time.monotonic() + LIMIT_S
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def lines_until(process, part):
    for line in process.stdout:
        if part in line:
            return
    raise AssertionError(process.stderr.read())


def test_it_says_how_far_it_is_and_what_came_of_it(train, tmp_path):
    code, said, wrong = ended(
        train("out", "--epochs", "1", "--pictures", "20", STEP_SECONDS="0.19")
    )
    assert (code, wrong) == (0, "")
    assert "MNIST: 600 digits to learn from, 200 held out" in said
    assert "epoch 1/1: step" in said
    assert "digits/s" in said
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert "epoch 1/1: done in" in said
    assert f"held-out accuracy {report['accuracy']:.4f}; written: weights, report.json" in said
    assert report["plan"]["epochs"] == 1
    assert (tmp_path / "out/weights").stat().st_size == 784 * 10 * 8
    pictures = sorted((tmp_path / "out/held_out").iterdir())
    assert len(pictures) == 20
    assert all(int(each.stem[:4]) % 10 == int(each.stem[5]) for each in pictures)
    with Image.open(pictures[0]) as picture:
        assert picture.size == (28, 28)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_was_ended_goes_on_and_ends_alike(train, tmp_path, number):
    straight = train("straight", "--epochs", "4")
    gate = tmp_path / "gate"
    broken = train("out", "--epochs", "4", HOLD_STEP=str(STEPS + 5), GATE=str(gate))
    until(gate.with_suffix(".reached").is_file, broken)  # in the second epoch
    broken.send_signal(number)
    if number != signal.SIGKILL:
        lines_until(broken, "once more ends at once")
    gate.touch()
    code, said, wrong = ended(broken)
    assert wrong == ""
    assert code == (-number if number == signal.SIGKILL else 128 + number)
    assert ("start it again to go on" in said) == (number != signal.SIGKILL)
    assert not (tmp_path / "out/report.json").exists()
    code, said, _ = ended(train("out", "--epochs", "4"))
    assert code == 0
    assert "going on at epoch 2" in said
    assert ended(straight)[0] == 0
    weights = [(tmp_path / each / "weights").read_bytes() for each in ("out", "straight")]
    assert weights[0] == weights[1]
    assert json.loads((tmp_path / "out/report.json").read_text())["accuracy"] > 0.95


def test_more_epochs_go_on_where_fewer_ended(train, tmp_path):
    assert ended(train("out", "--epochs", "1"))[0] == 0
    code, said, _ = ended(train("out", "--epochs", "3"))
    assert (code, "going on at epoch 2, step 0" in said) == (0, True)
    assert ended(train("straight", "--epochs", "3"))[0] == 0
    weights = [(tmp_path / each / "weights").read_bytes() for each in ("out", "straight")]
    assert weights[0] == weights[1]


def test_a_second_signal_ends_at_once(train):
    process = train("out", STEP_SECONDS="30")
    lines_until(process, "numpy on CPU")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    lines_until(process, "once more ends at once")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT_S) == 128 + signal.SIGINT
    assert time.monotonic() - began < 20  # the step is longer


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--seed", "2"], "seed 1, not 2", id="another seed"),
        pytest.param(["--rate", "0.5"], "rate 0.02, not 0.5", id="another rate"),
        pytest.param(["--hidden", "32"], "hidden 64, not 32", id="another width"),
        pytest.param(["--limit", "100"], "learnt 600, not 100", id="fewer digits"),
    ],
)
def test_a_run_under_another_plan_is_not_mixed_in(train, tmp_path, arguments, told):
    assert ended(train("out", "--epochs", "1"))[0] == 0
    before = (tmp_path / "out/checkpoint").read_bytes()
    code, _, wrong = ended(train("out", "--epochs", "2", *arguments))
    assert code == 1
    assert told in wrong
    assert "Traceback" not in wrong
    assert (tmp_path / "out/checkpoint").read_bytes() == before


def test_a_damaged_checkpoint_is_told(train, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/checkpoint").write_bytes(b"PK\x03\x04 cut")
    code, _, wrong = ended(train("out"))
    assert code == 1
    assert "delete it to begin anew" in wrong
    assert wrong.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--epochs", "0"], "--epochs is 0", id="no epochs"),
        pytest.param(["--batch", "-1"], "--batch is -1", id="a batch below one"),
        pytest.param(["--hidden", "0"], "--hidden is 0", id="no width"),
        pytest.param(["--data", "/nowhere"], "/nowhere has neither", id="no digits"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(train, arguments, told):
    code, _, wrong = ended(train("out", *arguments))
    assert code == 1
    assert told in wrong
    assert wrong.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_said_in_a_line(train, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, _, wrong = ended(train("out"))
    assert code == 1
    assert str(tmp_path / "out") in wrong
    assert wrong.count("\n") == 1
