"""Eight pictures of digits, from their folder to boxes over HTTP: learnt, exported, served."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")

from models.datasets.reading import read_data_set
from models.ssd.bundle import open_bundle
from models.training.run_folder import RunFolder
from tests.waiting import until
from tests.watcher.conftest import Watcher

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parents[4]
# Nothing is changed, so that the very pictures are learnt by heart.
RECIPE = """
epochs: 90
batch: 8
measure_every: 30
rate: {peak: 0.002, warm_up: 0.1}
optimizer: {average: 0.9}
augmentation: {colors: 0, expand: 0, crop: 0, flip: 0}
"""


def ssd(*words, status=0):
    done = subprocess.run(
        [sys.executable, "-m", "models.commands", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture(scope="module")
def digits(make):
    return make(8)


@pytest.fixture(scope="module")
def run(digits, tmp_path_factory):
    """A finished run."""
    folder = tmp_path_factory.mktemp("learning")
    (folder / "train.yaml").write_text(RECIPE)
    said = ssd(
        "train", "--data", digits, "--validation", digits, "--out", folder / "run",
        "--config", folder / "train.yaml",
    )  # fmt: skip
    assert "done: 90 epochs" in said.stdout
    assert "pictures/s" in said.stderr
    return folder / "run"


@pytest.fixture(scope="module", params=["float32", "int8"])
def bundle(request, run, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    said = ssd(
        "export", run, "--precision", request.param, "--out", folder / "bundle",
        "--cache", folder / "cache", "--name", "digits",
    )  # fmt: skip
    assert "network in keras: mAP" in said.stdout
    return folder / "bundle"


def test_eight_pictures_are_learnt_by_heart(run):
    rows = RunFolder(run).read_figures()
    assert rows[-1]["AP50"] >= 0.9
    assert rows[-1]["loss"] < rows[0]["loss"]


def test_a_run_says_what_it_was(run, digits):
    note = RunFolder(run).note()
    assert note.labels == tuple("1234567890")
    assert note.start == "embedded ssdlite_mobilenet_v2_coco; class heads kept: none"
    assert note.license == "Apache-2.0"
    assert (note.data.pictures, note.data.folder) == (8, str(digits))
    assert note.backend == "tensorflow"
    assert len(note.data.sha256) == 64
    assert {"keras", "numpy", "python"} <= note.versions.keys()


def test_a_bundle_has_its_classes_and_its_figures(bundle):
    manifest = open_bundle(bundle).manifest
    assert open_bundle(bundle).labels.names == tuple("1234567890")
    assert manifest.outputs.class_ids == tuple(range(1, 11))
    assert manifest.input.resize == "bilinear"
    metrics = manifest.metrics
    assert metrics.precision_50 >= 0.9
    assert metrics.images == 8
    assert metrics.trained.precision_50 >= 0.9
    # float32 is the network itself; int8 rounds.
    allowed = 0.002 if manifest.precision == "float32" else 0.1
    assert abs(metrics.trained.mean_precision - metrics.mean_precision) <= allowed
    assert metrics.latency_ms > 0
    assert metrics.trained.latency_ms > 0
    training = manifest.provenance.training
    assert (training.pictures, training.backend) == (8, "tensorflow")
    assert manifest.license == "Apache-2.0"
    if manifest.precision == "int8":
        assert manifest.provenance.calibration.packages[0].of == "training pictures"


def test_the_watcher_serves_it(bundle, digits, tmp_path):
    settings = {
        "HANDLER_DIR": ROOT / "handler", "HANDLER_FILE": "handler.py", "HANDLER_NAME": "Handler",
        "MODEL_BUNDLE": bundle, "PYTHONPATH": ROOT,
    }  # fmt: skip
    watcher = Watcher(tmp_path, settings)
    try:
        watcher.wait_ready()
        found = wanted = 0
        for picture in read_data_set(digits).pictures:
            reply = watcher.post("/?threshold=0.3", data=picture.file.read_bytes())
            assert reply.status_code == 200
            answers = reply.json()
            names = [str((column + 1) % 10) for column in picture.columns]
            for name, box in zip(names, picture.boxes, strict=True):
                wanted += 1
                found += any(
                    each["class"] == name and overlap(each, box) >= 0.5 for each in answers
                )
        assert found / wanted >= 0.8
    finally:
        watcher.signal()
        watcher.wait()


def overlap(answer, box):
    mine = (answer["ymin"], answer["xmin"], answer["ymax"], answer["xmax"])
    sides = [max(0, min(mine[i + 2], box[i + 2]) - max(mine[i], box[i])) for i in (0, 1)]
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (mine, box)]
    shared = sides[0] * sides[1]
    return shared / (sum(areas) - shared)


def test_interrupted_and_taken_up_again(digits, tmp_path):
    """Ctrl-C of a real process: its checkpoint is whole, and the run ends as asked for."""
    (tmp_path / "train.yaml").write_text("epochs: 3\nbatch: 4\nvalidation: 0\n")
    out = tmp_path / "run"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "models.commands", "train", "--data", str(digits),
             "--out", str(out), "--config", str(tmp_path / "train.yaml")],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    until(lambda: (out / "checkpoint.npz").exists() or process.poll() is not None, seconds=300)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 128 + signal.SIGINT, (tmp_path / "log").read_text()
    assert "interrupted: " in said
    assert f"go on: ssd train --resume {out}" in said
    rest = ssd("train", "--resume", out)
    assert "done: 3 epochs" in rest.stdout
    assert [row["epoch"] for row in RunFolder(out).read_figures()] == [1, 2, 3]
    taken = ssd("train", "--data", digits, "--out", out, status=1)
    assert "is taken: choose another --out" in taken.stderr


def test_a_time_limit_ends_with_weights(digits, tmp_path):
    out = tmp_path / "run"
    said = ssd("train", "--data", digits, "--out", out, "--time-limit", "1s")
    assert "time is over: " in said.stdout
    assert (out / "best.npz").is_file()
    marks = (out / "pictures.txt").read_text().splitlines()
    assert len(marks) == json.loads((out / "run.json").read_text())["data"]["pictures"]
    assert json.loads((out / "figures.jsonl").read_text().splitlines()[0])["mAP"] >= 0


def test_the_environment_reaches_keras(tmp_path):
    """What has to be set before Keras loads is set by the verb, before it loads."""
    code = (
        "import os, sys; from models.commands.train import command; "
        "sys.argv = ['ssd', '--data', 'none', '--out', 'run', '--deterministic']; "
        "import atexit; atexit.register(lambda: print(os.environ.get('TF_DETERMINISTIC_OPS')));"
        "command()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "1"
