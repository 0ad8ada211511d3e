"""Every error of models is drawn in its room's tree, with its code, and has one base."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from models.commands.failures import one_line
from models.ssd.errors import DetectorError, ModelError

ROOT = Path(__file__).parents[3]
ROOMS = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in sorted((ROOT / "models").rglob("errors.py"))
]
RAISED = [
    pytest.param(room, kind, id=f"{room}.{kind.__name__}")
    for room in ROOMS
    for _, kind in inspect.getmembers(importlib.import_module(room), inspect.isclass)
    if kind.__module__ == room and kind is not ModelError
]


def test_there_are_rooms():
    assert {"models.ssd.errors", "models.bundling.errors", "models.datasets.errors"} <= set(ROOMS)


@pytest.mark.parametrize(("room", "kind"), RAISED)
def test_one_base_and_one_line(room, kind):
    error = kind("what came", ()) if kind.__name__ == "VariablesDiffer" else kind("what came")
    assert isinstance(error, ModelError)
    assert error.message == str(error) == one_line(error) == "what came"


@pytest.mark.parametrize(("room", "kind"), RAISED)
def test_the_tree_at_the_top_has_it_with_its_code(room, kind):
    tree = importlib.import_module(room).__doc__
    row = re.search(rf"^.*\b{kind.__name__}\b(.*)$", tree, re.MULTILINE)
    assert row, f"{room} does not draw {kind.__name__}"
    if not kind.__subclasses__():
        assert row[1].split()[0] == kind.code


def test_codes_are_words_that_differ_but_where_one_kind_is_the_other():
    leaves = [each.values[1] for each in RAISED if "code" in vars(each.values[1])]
    codes = [kind.code for kind in leaves]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
    assert (ModelError.code, DetectorError.code) == ("model_error", "handler_error")
