"""Which pictures are learnt from, and which are measured on."""

import dataclasses

import numpy as np
import pytest

from models.datasets.record import DataSet
from models.training import parts
from models.training.errors import NothingToLearn
from models.training.parts import divide, read_parts
from tests.models.training.conftest import draw_squares


@pytest.fixture
def data(tmp_path):
    return DataSet(("red", "green"), (1, 2), draw_squares(tmp_path / "s", 20))


def split(data, *names):
    pictures = tuple(
        dataclasses.replace(each, split=names[place % len(names)])
        for place, each in enumerate(data.pictures)
    )
    return dataclasses.replace(data, pictures=pictures)


def names_of(pictures):
    return {picture.name for picture in pictures}


def test_a_share_is_held_back_the_same_for_one_seed(data):
    first, again, other = divide(data, 0.25, 1), divide(data, 0.25, 1), divide(data, 0.25, 2)
    assert (len(first.learnt), len(first.measured)) == (15, 5)
    assert not names_of(first.learnt) & names_of(first.measured)
    assert names_of(first.measured) == names_of(again.measured)
    assert names_of(first.measured) != names_of(other.measured)


def test_its_own_parts_count(data):
    found = divide(split(data, "train", "val", "test"), 0.5, 0)
    assert {each.split for each in found.learnt} == {"train"}
    assert {each.split for each in found.measured} == {"val"}
    found = divide(split(data, "train", "test"), 0.2, 0)
    assert len(found.measured) == 2  # of train: what is kept for tests is not looked at
    assert {each.split for each in found.measured} == {"train"}
    found = divide(split(data, "", "test", "validation"), 0.2, 0)
    assert {each.split for each in found.learnt} == {""}


def test_small_data_sets(data):
    one = dataclasses.replace(data, pictures=data.pictures[:1])
    assert (len(divide(one, 0.5, 0).learnt), len(divide(one, 0.5, 0).measured)) == (1, 0)
    two = dataclasses.replace(data, pictures=data.pictures[:2])
    assert (len(divide(two, 0.9, 0).learnt), len(divide(two, 0.9, 0).measured)) == (1, 1)
    assert len(divide(data, 0, 0).measured) == 0


def test_nothing_is_measured_where_no_object_is(tmp_path):
    data = DataSet(("red",), (1,), draw_squares(tmp_path / "e", 4, empty={0, 1, 2, 3}))
    assert divide(data, 0.5, 0).to_measure_on() is None
    assert len(divide(data, 0.5, 0).all().pictures) == 4


def test_another_folder_is_measured_on_in_the_first_ones_classes(tmp_path, data, monkeypatch):
    other = DataSet(("green", "red"), (7, 9), draw_squares(tmp_path / "o", 4, seed=5))
    sets = {"learn": data, "measure": other}
    monkeypatch.setattr(parts, "read_data_set", lambda folder, tolerance: sets[folder])
    found = read_parts("learn", "measure", 0.5, 0)
    assert len(found.learnt) == 20
    assert len(found.measured) == 4
    for mine, theirs in zip(found.measured, other.pictures, strict=True):
        assert [data.names[column] for column in mine.columns] == [
            other.names[column] for column in theirs.columns
        ]
    sets["measure"] = dataclasses.replace(other, names=("green", "blue"))
    with pytest.raises(NothingToLearn, match="classes that are not learnt, such as 'blue'"):
        read_parts("learn", "measure", 0.5, 0)


def test_pictures_without_an_object_to_learn(tmp_path, data, monkeypatch):
    crowds = tuple(
        dataclasses.replace(each, crowd=np.ones(len(each.boxes), bool)) for each in data.pictures
    )
    only = dataclasses.replace(data, pictures=crowds)
    monkeypatch.setattr(parts, "read_data_set", lambda folder, tolerance: only)
    with pytest.raises(NothingToLearn, match="has no object to learn in 18 pictures"):
        read_parts("learn", None, 0.1, 0)
