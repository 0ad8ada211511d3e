"""Which pictures an epoch shows."""

import numpy as np

from models.datasets.record import Annotated
from models.training.sampling import epoch_order, picture_random, repeat_factors
from tests.models.training.conftest import draw_squares


def pictures_of(*classes, crowd=False):
    return [
        Annotated(
            index, str(index), None, (1, 1), np.zeros((len(each), 4), np.float32),
            np.array(each, np.intp), np.full(len(each), crowd), np.zeros(len(each), bool),
        )
        for index, each in enumerate(classes)
    ]  # fmt: skip


def test_rare_classes_are_repeated():
    # Class 0 is in all 10 pictures, class 1 in one: f = 0.1, sqrt(0.4 / 0.1) = 2.
    factors = repeat_factors(pictures_of(*[[0]] * 9, [0, 1]), 0.4)
    assert factors.tolist() == [1.0] * 9 + [2.0]
    assert repeat_factors(pictures_of([0], [0, 1]), 0).tolist() == [1.0, 1.0]


def test_pictures_without_objects_and_crowds_are_shown_once():
    assert repeat_factors(pictures_of([], [0], [0]), 1.0).tolist()[0] == 1.0
    assert repeat_factors(pictures_of([0], [1], crowd=True), 1.0).tolist() == [1.0, 1.0]


def test_an_epoch_shows_every_picture_once_in_an_order_of_its_own():
    ones = np.ones(50)
    first, again, second = (epoch_order(ones, 7, epoch) for epoch in (0, 0, 1))
    assert sorted(first) == list(range(50))
    assert (first == again).all()
    assert (first != second).any()
    assert (epoch_order(ones, 8, 0) != first).any()


def test_fractions_are_chances():
    counts = [
        np.bincount(epoch_order(np.array([1.0, 2.5]), 0, epoch), minlength=2)
        for epoch in range(200)
    ]
    assert all(count[0] == 1 and count[1] in {2, 3} for count in counts)
    assert 2.3 < np.mean([count[1] for count in counts]) < 2.7


def test_each_place_of_each_epoch_draws_its_own():
    drawn = {picture_random(0, epoch, place).random() for epoch in range(5) for place in range(20)}
    assert len(drawn) == 100


def test_squares_are_what_they_say(tmp_path):
    pictures = draw_squares(tmp_path, 3, empty={1})
    assert not len(pictures[1].boxes)
    assert all(picture.file.is_file() for picture in pictures)
