"""Which detections found which objects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.matching import each_class, match_class, overlaps
from tests.models.evaluation.scenes import data, found, picture

CAT = (0, 10, 10, 50, 50)


def match(objects, detections, least=0.5):
    return match_class(data(picture(1, *objects)), [found(*detections)], 0, least)


def test_overlap_is_intersection_over_union():
    boxes = np.array([[0, 0, 10, 10], [0, 5, 10, 15], [20, 20, 30, 30], [0, 0, 0, 0]], np.float64)
    assert overlaps(boxes, boxes)[0] == pytest.approx([1, 50 / 150, 0, 0])
    assert overlaps(boxes, boxes[:0]).shape == (4, 0)


def test_the_surest_detection_finds_the_object_and_another_is_a_false_alarm():
    matches = match([CAT], [(0, 0.6, 10, 10, 50, 50), (0, 0.9, 12, 10, 50, 50)])
    assert matches.scores.tolist() == [0.9, 0.6]
    assert matches.hits.tolist() == [True, False]
    assert matches.places.tolist() == [1, 0]
    assert matches.overlaps == pytest.approx([38 / 40, 1])
    assert (matches.objects, matches.missed) == (1, ())


def test_too_little_overlap_finds_nothing():
    matches = match([CAT], [(0, 0.9, 10, 10, 50, 29)])
    assert matches.hits.tolist() == [False]
    assert matches.missed == ((0, 0),)
    assert match([CAT], [(0, 0.9, 10, 10, 50, 30)]).hits.tolist() == [True]


def test_another_class_neither_finds_nor_counts():
    matches = match([CAT, (1, 60, 60, 90, 90)], [(1, 0.9, 10, 10, 50, 50)])
    assert (len(matches.scores), matches.objects, matches.missed) == (0, 1, ((0, 0),))


def test_what_is_not_judged_by_makes_nothing_right_or_wrong():
    objects = [(*CAT, "difficult"), (0, 60, 0, 100, 100, "crowd")]
    detections = [(0, 0.9, 10, 10, 50, 50), (0, 0.8, 10, 10, 50, 50), (0, 0.7, 62, 2, 70, 10)]
    matches = match(objects, detections)
    assert matches.ignored.tolist() == [True, True, True]
    assert not matches.hits.any()
    assert (matches.objects, matches.missed) == (0, ())


def test_classes_without_objects_are_left_out():
    scene = data(picture(1, CAT))
    assert [column for column, _ in each_class(scene, [found((1, 0.9, 0, 0, 9, 9))])] == [0]


_BOX = st.tuples(*(st.integers(0, 60) for _ in range(2)), *(st.integers(1, 40) for _ in range(2)))


@given(
    objects=st.lists(_BOX, max_size=5),
    detections=st.lists(st.tuples(st.floats(0, 1), _BOX), max_size=8),
)
def test_every_object_is_found_once_or_missed(objects, detections):
    truth = [(0, y, x, y + h, x + w) for y, x, h, w in objects]
    results = [(0, score, y, x, y + h, x + w) for score, (y, x, h, w) in detections]
    matches = match(truth, results)
    assert int(matches.hits.sum()) + len(matches.missed) == len(objects)
    assert len(matches.scores) == len(detections)
    assert (np.diff(matches.scores) <= 0).all()
    assert sorted(matches.places.tolist()) == list(range(len(detections)))
