"""A data set of digits is whole, the same from the same seed, and goes on where it was ended."""

import json
from dataclasses import replace

import pytest

from models.datasets.digits import making
from models.datasets.digits.glyphs import read_mnist
from models.datasets.digits.making import make_digits, recipe_of
from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.tolerance import Tolerance
from tests.models.datasets.digits.drawn import write_mnist

COUNT = 120


@pytest.fixture(scope="module")
def glyphs(tmp_path_factory):
    return read_mnist(write_mnist(tmp_path_factory.mktemp("mnist")))


@pytest.fixture(scope="module")
def recipe(glyphs):
    return recipe_of(COUNT, 4, "train", glyphs, ())


def nothing(done, whole):
    """No progress."""


def content(folder):
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_whole_and_the_same_again(tmp_path, glyphs, recipe):
    seen = []
    assert make_digits(tmp_path / "a", recipe, glyphs, (), lambda *c: seen.append(c)) == COUNT
    assert seen[-1] == (COUNT, COUNT)
    make_digits(tmp_path / "b", recipe, glyphs, (), nothing)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    data = read_data_set(tmp_path / "a", tolerance=Tolerance.parse("0"))
    assert len(data.pictures) == COUNT
    assert data.names == tuple("1234567890")
    assert data.class_ids == tuple(range(1, 11))
    assert {len(each.boxes) for each in data.pictures} <= set(range(1, 7))
    assert {int(column) for each in data.pictures for column in each.columns} == set(range(10))
    assert "CC BY-SA 3.0" in (tmp_path / "a/LICENSES.txt").read_text()


def test_labels_are_those_of_the_digits_drawn(tmp_path, glyphs):
    """With one kind of digit left, every box has its class."""
    only = replace(
        glyphs.train, images=glyphs.train.images[7::10], labels=glyphs.train.labels[7::10]
    )
    sevens = replace(glyphs, train=only)
    make_digits(tmp_path / "a", recipe_of(9, 0, "train", sevens, ()), sevens, (), nothing)
    data = read_data_set(tmp_path / "a")
    assert {data.names[column] for each in data.pictures for column in each.columns} == {"7"}


@pytest.mark.parametrize("change", [{"seed": 5}, {"split": "test"}])
def test_others_of_another_seed_or_split(tmp_path, glyphs, recipe, change):
    few = replace(recipe, count=3)
    make_digits(tmp_path / "a", few, glyphs, (), nothing)
    make_digits(tmp_path / "b", replace(few, **change), glyphs, (), nothing)
    bytes_of = [
        {data for name, data in content(tmp_path / each).items() if name.endswith(".jpg")}
        for each in "ab"
    ]
    assert not bytes_of[0] & bytes_of[1]


def test_a_run_that_was_ended_goes_on(tmp_path, glyphs, recipe, monkeypatch):
    make_digits(tmp_path / "whole", recipe, glyphs, (), nothing)

    def ended(done, whole):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_digits(tmp_path / "a", recipe, glyphs, (), ended)
    assert not (tmp_path / "a/instances.json").exists()
    begun = sorted(file.stem for file in (tmp_path / "a/.making").glob("[0-9]*.json"))
    assert begun
    drawn = []
    make_scene = making.make_scene
    monkeypatch.setattr(making, "make_scene", lambda *a: drawn.append(1) or make_scene(*a))
    made = make_digits(tmp_path / "a", recipe, glyphs, (), nothing)
    assert made == len(drawn) == COUNT - sum(min(50, COUNT - int(start)) for start in begun)
    assert content(tmp_path / "a") == content(tmp_path / "whole")
    assert make_digits(tmp_path / "a", recipe, glyphs, (), nothing) == 0


def test_what_is_there_is_not_written_over(tmp_path, glyphs, recipe):
    few = replace(recipe, count=2)
    make_digits(tmp_path / "done", few, glyphs, (), nothing)
    with pytest.raises(DataSetError, match="holds another data set"):
        make_digits(tmp_path / "done", replace(few, seed=9), glyphs, (), nothing)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("mine")
    with pytest.raises(DataSetError, match="not empty"):
        make_digits(tmp_path / "mine", few, glyphs, (), nothing)
    (tmp_path / "begun/.making").mkdir(parents=True)
    (tmp_path / "begun/.making/recipe.json").write_text(json.dumps({"count": 3}))
    with pytest.raises(DataSetError, match="unfinished data set of other settings"):
        make_digits(tmp_path / "begun", few, glyphs, (), nothing)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataSetError, match="not empty"):
        make_digits(tmp_path / "file", few, glyphs, (), nothing)
    assert (tmp_path / "mine/letter.txt").read_text() == "mine"
