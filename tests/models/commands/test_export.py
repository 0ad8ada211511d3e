"""`ssd export` as a person calls it; what it makes is in training/integration/test_learning.py."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.bundling.errors import OutputTaken
from models.commands.export import command
from models.training.errors import BadRun
from tests.models.datasets.conftest import Made

ROOT = Path(__file__).parents[3]
HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None


def call(*words):
    return CliRunner().invoke(command, list(map(str, words)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'RUN'"),
        (["run"], "Missing option '--out'"),
        (["run", "--out", "b", "--precision", "int4"], "'int4' is not one of 'float32', 'int8'"),
    ],
)
def test_usage_errors(words, said):
    result = call(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_help_has_examples():
    assert "ssd export RUN --precision int8 --out BUNDLE" in call("--help").output


@pytest.mark.skipif(HAS_TENSORFLOW, reason="TensorFlow is here")
def test_without_tensorflow_the_remedy_is_told(tmp_path):
    result = call(tmp_path, "--out", tmp_path / "bundle")
    assert result.exit_code == 1
    assert "make train-env" in result.output


@pytest.mark.tensorflow
def test_mistakes(tmp_path):
    raised = call(tmp_path / "none", "--out", tmp_path / "bundle").exception
    assert isinstance(raised, BadRun)
    assert "none is no run" in raised.message
    (tmp_path / "full/inner").mkdir(parents=True)
    raised = call(tmp_path, "--out", tmp_path / "full").exception
    assert isinstance(raised, OutputTaken)


@pytest.mark.tensorflow
def test_a_run_with_bad_rows_goes_on_and_is_exported_also_from_a_place(tmp_path):
    """What `ssd train` allowed holds for the run; a place is a data set here as elsewhere."""
    made = Made(tmp_path / "set")
    for number in range(3, 9):
        made.document["images"].append({"id": number, "file_name": f"{number}.png"})
        made.picture(f"{number}.png", seed=number)
        made.box(5, 5, 20, 20, image_id=number)
    for _ in range(4):
        made.box(70, 1, 5, 5)
    made.write()
    (tmp_path / "train.yaml").write_text("epochs: 1\nbatch: 4\nvalidation: 0.25\n")

    def ssd(*words):
        done = subprocess.run(
            [sys.executable, "-m", "models.commands", *map(str, words)], cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "SSD_DATA_CACHE": str(tmp_path / "cache")},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    ssd("train", "--data", "set", "--out", "run", "--config", "train.yaml", "--max-bad", "50%")
    ssd("train", "--resume", "run")
    ssd("export", "run", "--out", "first", "--precision", "float32")
    ssd("data", "push", "--dataset", "set", "--to", "place", "--max-bad", "50%")
    place = f"file://{tmp_path}/place"
    data = ("--data", place, "--validation", place, "--track", "http://127.0.0.1:9")
    ssd("export", "run", "--out", "second", "--precision", "float32", *data)
    first, second = (
        json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("first", "second")
    )
    assert (first["metrics"]["images"], second["metrics"]["images"]) == (2, 8)
    assert first["files"] == second["files"]
