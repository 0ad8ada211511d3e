"""What goes on with a run is what the run was asked for."""

from pathlib import Path

import msgspec
import pytest

from models.datasets.tolerance import USUAL, Tolerance
from models.training.errors import BadRun
from models.training.recipe import Recipe
from models.training.recipe_file import format_recipe
from models.training.request import resumed
from models.training.run_folder import RunFolder
from tests.models.training.test_run_folder import NOTE


def test_recipe_and_data_are_the_runs(tmp_path):
    RunFolder(tmp_path / "run").create(NOTE, format_recipe(Recipe(epochs=7)), "")
    request = resumed(tmp_path / "run", None, USUAL, deterministic=True)
    assert (request.recipe, request.data) == (Recipe(epochs=7), Path("/d"))
    assert request.validation is None
    assert request.resume
    assert request.deterministic
    moved = resumed(tmp_path / "run", tmp_path / "moved", USUAL, deterministic=False)
    assert moved.data == tmp_path / "moved"


def test_the_other_data_set_is_remembered(tmp_path):
    data = msgspec.structs.replace(NOTE.data, measured_folder="/m")
    note = msgspec.structs.replace(NOTE, data=data)
    RunFolder(tmp_path / "run").create(note, format_recipe(Recipe()), "")
    assert resumed(tmp_path / "run", None, USUAL, deterministic=False).validation == Path("/m")


def test_bad_rows_are_allowed_as_at_the_start_unless_said_otherwise(tmp_path):
    data = msgspec.structs.replace(NOTE.data, max_bad=str(Tolerance.parse("50%")))
    note = msgspec.structs.replace(NOTE, data=data)
    RunFolder(tmp_path / "run").create(note, format_recipe(Recipe()), "")
    run = tmp_path / "run"
    assert resumed(run, None, None, deterministic=False).tolerance == Tolerance(0.5)
    assert resumed(run, None, USUAL, deterministic=False).tolerance == USUAL
    told = (run / "run.json").read_text()
    assert '"max_bad": "50 %"' in told
    (run / "run.json").write_text(told.replace('"max_bad"', '"older"'))
    assert resumed(run, None, None, deterministic=False).tolerance == USUAL


def test_no_run(tmp_path):
    with pytest.raises(BadRun, match="is no run"):
        resumed(tmp_path, None, USUAL, deterministic=False)
