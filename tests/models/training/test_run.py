"""A run of the embedded network: exact where that is asked for, and on its own data alone."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("keras", reason="the training environment has it: make train-env")

from models.datasets.record import DataSet
from models.training.errors import BadRun
from models.training.parts import divide
from models.training.recipe import Recipe
from models.training.request import Request
from models.training.run import check_same, describe_run, make_loader
from models.training.run_folder import RunFolder
from models.training.sources import find_start
from tests.models.training.conftest import draw_squares
from tests.models.training.integration.conftest import make

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
assert make  # the fixture

ROOT = Path(__file__).parents[3]


@pytest.fixture
def described(tmp_path):
    """What is written down of a run on a number of pictures."""
    data = DataSet(("red", "green"), (1, 2), draw_squares(tmp_path / "squares", 8))

    def note(pictures=8):
        part = dataclasses.replace(data, pictures=data.pictures[:pictures])
        parts = divide(part, 0.25, 0)
        start = find_start(Recipe(), parts.names, parts.class_ids)
        return describe_run(Request(tmp_path, tmp_path / "run", Recipe()), parts, start)

    return note


def test_other_data_is_refused(tmp_path, described):
    note = described()
    folder = RunFolder(tmp_path / "run")
    folder.create(note, "", "")
    check_same(folder, described())
    with pytest.raises(BadRun, match=r"is not the data set that .* was started with"):
        check_same(folder, described(7))
    with pytest.raises(BadRun):
        check_same(folder, msgspec.structs.replace(note, labels=("a", "b")))


def test_the_canvas_is_the_networks_zero(tmp_path):
    parts = divide(DataSet(("red", "green"), (1, 2), draw_squares(tmp_path / "s", 4)), 0, 0)
    recipe = Recipe(network="ssd300-vgg16", start="fresh", batch=4)
    loader = make_loader(recipe, parts, find_start(recipe, parts.names, parts.class_ids))
    try:
        (batch,) = loader.batches(0, 0)
    finally:
        loader.close()
    assert batch.pixels.shape == (4, 300, 300, 3)
    assert batch.columns.shape == (4, 8732)
    assert batch.columns.max() <= 1  # classes of the data set, no background counted


def test_deterministic_twice_is_the_same_to_the_bit(make, tmp_path):
    data = make(4)
    (tmp_path / "train.yaml").write_text("epochs: 2\nbatch: 2\nvalidation: 0\n")
    for name in ("first", "second"):
        done = subprocess.run(
            [sys.executable, "-m", "models.commands", "train", "--data", data, "--deterministic",
             "--out", tmp_path / name, "--config", tmp_path / "train.yaml"],
            cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert RunFolder(tmp_path / name).note().deterministic
    first, second = (RunFolder(tmp_path / name).best.read_bytes() for name in ("first", "second"))
    assert first == second
