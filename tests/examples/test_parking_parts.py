"""What the challenge's programs decide themselves: folders, times, signals. No TensorFlow."""

import importlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

PARKING = Path(__file__).parents[2] / "examples/parking"


@pytest.fixture
def part(monkeypatch):
    """`part(name)` is a module of the example, as its programs import it."""
    monkeypatch.syspath_prepend(str(PARKING))
    yield importlib.import_module
    for name in ("challenge", "estimate", "train"):
        sys.modules.pop(name, None)


@pytest.fixture
def folders(part, tmp_path):
    (tmp_path / "DATA").mkdir()
    return part("challenge").Folders(tmp_path / "DATA", tmp_path / "USER")


def make_zip(folders, name="train"):
    with zipfile.ZipFile(folders.data / f"{name}.zip", "w") as opened:
        opened.writestr(f"{name}/images/a.png", b"1")


def test_a_folder_that_is_there_is_taken(folders):
    make_zip(folders)
    (folders.data / "train/images").mkdir(parents=True)
    assert folders.part("train") == folders.data / "train"
    assert not list((folders.data / "train/images").iterdir())


def test_a_zip_is_unpacked_beside_it(folders):
    make_zip(folders)
    assert folders.part("train") == folders.data / "train"
    assert (folders.data / "train/images/a.png").is_file()


def test_a_folder_that_cannot_be_written_keeps_its_zip(folders, part, monkeypatch):
    make_zip(folders)
    challenge = part("challenge")
    monkeypatch.setattr(challenge.os, "access", lambda place, how: False)  # as root, all can be
    assert folders.part("train") == folders.user / "DATA/train"
    assert folders.part("train") == folders.user / "DATA/train"
    assert not (folders.data / "train").exists()


def test_nothing_to_learn_from(folders):
    with pytest.raises(SystemExit, match=r"neither .*images nor .*train\.zip is there"):
        folders.part("train")


@pytest.mark.parametrize("place", ["DATA", "DATA/test", "USER/DATA/test"])
def test_places_of_the_list_of_pictures(folders, part, tmp_path, place):
    assert folders.information() is None
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    file = tmp_path / place / part("challenge").INFORMATION
    file.write_text("{}")
    assert folders.information() == file


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("12m", 720), ("1.5h", 5400)])
def test_durations(part, text, seconds):
    assert part("challenge").duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "h", "-1h", "0s", "1d", "nanh"])
def test_no_durations(part, text):
    with pytest.raises(ArgumentTypeError, match="is no time"):
        part("challenge").duration(text)


WAITS = """\
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("epoch 1 done", file=sys.stderr, flush=True)
signal.pause()
"""
RUNS = """\
import sys, challenge
sys.exit(challenge.run([sys.executable, "-c", {code!r}], challenge.say))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_program_that_works(number):
    """Not as a second one of a terminal: the child is in a session of its own."""
    code = WAITS.replace("SIGTERM", number.name)
    process = subprocess.Popen(
        [sys.executable, "-c", RUNS.format(code=code)],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(PARKING)},
    )  # fmt: skip
    with process:
        assert process.stderr.readline() == "epoch 1 done\n"
        process.send_signal(number)
        assert process.wait(30) == 7


def test_a_child_that_a_signal_ended_tells_as_a_shell_does(part):
    line = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"]
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert part("challenge").run(line) == 128 + signal.SIGTERM
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def figures(run, *rows):
    run.mkdir()
    lines = [json.dumps({"epoch": epoch, "seconds": seconds}) for epoch, seconds in rows]
    (run / "figures.jsonl").write_text("\n".join(lines))
    return run


def test_training_is_the_first_epoch_times_all(part, tmp_path):
    estimate = part("estimate")
    other = estimate.machine(4)
    here, there = estimate.of_training(figures(tmp_path / "run", (1, 3600)), 30, 36 * 3600, other)
    assert here == "estimate: training, 30 epochs: here 30 h 0 min, within the limit of 36 h 0 min"
    assert "machine 7 h 30 min, within" in there
    assert there.endswith("(factor 4 of --factor)")


def test_a_run_gone_on_with_counts_its_last_epochs(part, tmp_path):
    estimate = part("estimate")
    run = figures(tmp_path / "run", (1, 1000), (3, 1200))
    here, _ = estimate.of_training(run, 5, 1300, estimate.machine(1))
    assert here == "estimate: training, 5 epochs: here 23 min 20 s, OVER the limit of 21 min 40 s"


def test_prediction_by_network_and_precision(part):
    estimate = part("estimate")
    each = 0.01 * estimate.cost("ssd300-vgg16", "float32")
    here, _ = estimate.of_prediction(10_000, each, 3 * 3600, estimate.machine(1))
    assert here == (
        "estimate: prediction, 10,000 pictures: here 2 h 13 min, within the limit of 3 h 0 min"
    )


def test_the_usual_factor_is_told_with_its_reason(part):
    estimate = part("estimate")
    usual = estimate.machine(None)
    assert usual.factor == 10 / estimate.cores_here()
    assert "10 cores for the" in usual.why


@pytest.mark.parametrize("factor", ["0", "-1", "nan", "inf", "x"])
def test_a_factor_that_is_none(factor):
    done = subprocess.run(
        [sys.executable, PARKING / "train.py", "--factor", factor],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--factor" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("program", ["val.py", "predict.py"])
def test_nothing_is_trained_yet(program, tmp_path):
    done = subprocess.run(
        [sys.executable, PARKING / program, "--data", tmp_path, "--user", tmp_path],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == f"{tmp_path / 'model'} is not there yet: python train.py makes it"
