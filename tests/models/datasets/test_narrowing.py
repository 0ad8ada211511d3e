"""A data set with some of its classes alone."""

import numpy as np

from models.datasets.narrowing import only_classes
from models.datasets.record import DataSet
from tests.models.evaluation.scenes import picture


def test_objects_of_other_classes_go_and_pictures_stay():
    pictures = (picture(1, (0, 1, 1, 5, 5), (1, 2, 2, 9, 9, "crowd")), picture(2, (0, 3, 3, 4, 4)))
    data = DataSet(("Cat", "dog", "owl"), (3, 7, 9), pictures)
    kept = only_classes(data, {"dog", "owl", "ant"})
    assert (kept.names, kept.class_ids) == (("dog", "owl"), (7, 9))
    first, second = kept.pictures
    assert first.columns.tolist() == [0]
    assert np.array_equal(first.boxes, pictures[0].boxes[1:])
    assert first.crowd.tolist() == [True]
    assert len(second.boxes) == 0
    assert only_classes(data, {"cat"}).pictures[1].columns.tolist() == [0]


def test_all_or_none_known_is_the_same():
    data = DataSet(("cat", "dog"), (1, 2), (picture(1, (0, 1, 1, 5, 5)),))
    assert only_classes(data, {"cat", "dog", "owl"}) is data
    assert only_classes(data, {"owl"}) is data
