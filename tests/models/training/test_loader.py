"""Batches: the same for one seed, whoever prepares them."""

import dataclasses

import numpy as np
import pytest

from models.datasets.errors import DataSetError
from models.ssd.coder import decode
from models.training.augmentation import Augmentation
from models.training.loader import Loader, Preparer
from models.training.matching import Matcher
from models.training.recipe import AugmentationRecipe
from tests.models.training.conftest import draw_squares

NONE = AugmentationRecipe(colors=0, expand=0, crop=0, flip=0)


def preparer_of(pictures, network, recipe=None, seed=3):
    augmentation = Augmentation(recipe or AugmentationRecipe(), (64, 64), (127.0,) * 3)
    return Preparer(pictures, augmentation, Matcher(network), seed)


def batches_of(loader, epoch=0, first=0):
    return list(loader.batches(3, epoch, first))


@pytest.fixture
def opened():
    loaders = []

    def open_one(*arguments, **settings):
        loaders.append(Loader(*arguments, **settings))
        return loaders[-1]

    yield open_one
    for loader in loaders:
        loader.close()


def same(first, second):
    return len(first) == len(second) and all(
        a.names == b.names
        and (a.pixels == b.pixels).all()
        and (a.columns == b.columns).all()
        and (a.offsets == b.offsets).all()
        for a, b in zip(first, second, strict=True)
    )


def test_an_epoch_has_every_picture_once(squares, sigmoid_network, opened):
    loader = opened(preparer_of(squares, sigmoid_network), 4)
    batches = batches_of(loader)
    assert len(batches) == loader.steps(3, 0) == 3
    names = [name for batch in batches for name in batch.names]
    assert sorted(names) == [picture.name for picture in squares]
    assert batches[0].pixels.shape == (4, 64, 64, 3)
    assert batches[0].pixels.dtype == np.uint8
    assert batches[0].columns.shape == (4, 128)
    assert batches[0].offsets.shape == (4, 128, 4)


def test_one_worker_and_many_prepare_the_same(squares, sigmoid_network, opened):
    first = batches_of(opened(preparer_of(squares, sigmoid_network), 5, workers=1))
    many = batches_of(opened(preparer_of(squares, sigmoid_network), 5, workers=4))
    assert same(first, many)
    other = batches_of(opened(preparer_of(squares, sigmoid_network, seed=4), 5, workers=4))
    assert not same(first, other)


def test_processes_prepare_the_same(squares, sigmoid_network, opened):
    threads = batches_of(opened(preparer_of(squares, sigmoid_network), 6, workers=1))
    processes = opened(preparer_of(squares, sigmoid_network), 6, workers=2, processes=True)
    assert same(threads, batches_of(processes))


def test_an_epoch_can_be_taken_up_anywhere(tmp_path, sigmoid_network, opened):
    pictures = draw_squares(tmp_path / "many", 21)
    loader = opened(preparer_of(pictures, sigmoid_network), 2)
    whole = batches_of(loader, epoch=4)
    assert len(whole) == 10
    for first in (1, 6, 9, 10):
        assert same(batches_of(loader, epoch=4, first=first), whole[first:])


def test_epochs_change_pictures_anew(squares, sigmoid_network, opened):
    loader = opened(preparer_of(squares, sigmoid_network), 12)
    first, second = batches_of(loader, 0)[0], batches_of(loader, 1)[0]
    order = [second.names.index(name) for name in first.names]
    assert (first.pixels != second.pixels[order]).any(axis=(1, 2, 3)).all()


def test_fewer_pictures_than_a_batch(squares, sigmoid_network, opened):
    (batch,) = batches_of(opened(preparer_of(squares[:3], sigmoid_network), 8))
    assert len(batch.names) == 8
    assert set(batch.names) == {picture.name for picture in squares[:3]}


def test_targets_lead_to_the_objects(squares, sigmoid_network, opened):
    loader = opened(preparer_of(squares, sigmoid_network, NONE), 12)
    (batch,) = batches_of(loader)
    anchors = Matcher(sigmoid_network)._anchors
    for place, name in enumerate(batch.names):
        (picture,) = (each for each in squares if each.name == name)
        found = batch.columns[place] >= 0
        if not len(picture.boxes):
            assert not found.any()
            continue
        boxes = decode(batch.offsets[place][found], anchors[found], sigmoid_network.box_coder)
        wanted = picture.boxes / np.array([96, 80, 96, 80])
        nearest = np.abs(boxes[:, None] - wanted[None]).max(axis=2)
        assert nearest.min(axis=1).max() < 1e-4
        assert set(nearest.argmin(axis=1)) == set(range(len(wanted)))


def test_leaving_early_leaves_nothing_behind(squares, sigmoid_network, opened):
    loader = opened(preparer_of(squares, sigmoid_network), 1, workers=1)
    batches = loader.batches(3, 0)
    next(batches)
    batches.close()
    assert len(batches_of(loader)) == 12


def test_a_picture_that_is_gone_is_named(squares, sigmoid_network, opened):
    gone = dataclasses.replace(squares[1], file=squares[1].file.with_name("gone.png"))
    with pytest.raises(DataSetError, match=r"gone\.png cannot be read any more"):
        batches_of(opened(preparer_of((gone,), sigmoid_network), 1))
    squares[2].file.write_bytes(b"no picture")
    with pytest.raises(DataSetError, match=r"002\.png cannot be read any more"):
        batches_of(opened(preparer_of(squares[2:3], sigmoid_network), 1))
