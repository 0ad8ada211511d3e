"""What was taken for what."""

from models.evaluation.confusion import confusion
from tests.models.evaluation.scenes import data, found, picture

CAT, DOG = (0, 10, 10, 50, 50), (1, 60, 60, 90, 90)


def counts(objects, detections, **limits):
    return confusion(data(picture(1, *objects)), [found(*detections)], **limits).tolist()


def test_right_confused_missed_and_false():
    detections = [
        (0, 0.9, 10, 10, 50, 50),  # the cat
        (0, 0.8, 60, 60, 90, 90),  # the dog, taken for a cat
        (1, 0.7, 0, 60, 20, 90),  # nothing
    ]
    assert counts([CAT, DOG, (1, 0, 0, 5, 5)], detections) == [[1, 0, 0], [1, 0, 1], [0, 1, 0]]


def test_of_two_objects_in_one_place_the_class_decides():
    both = [CAT, (1, *CAT[1:])]
    assert counts(both, [(1, 0.9, *CAT[1:])]) == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_detections_that_are_not_sure_do_not_count():
    assert counts([CAT], [(0, 0.4, *CAT[1:])]) == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert counts([CAT], [(0, 0.4, *CAT[1:])], threshold=0.4)[0] == [1, 0, 0]


def test_an_object_that_is_not_judged_by_is_nobodys_mistake():
    difficult = (*CAT, "difficult")
    assert counts([difficult], []) == [[0, 0, 0]] * 3
    assert counts([difficult], [(1, 0.9, *CAT[1:]), (1, 0.8, *CAT[1:])]) == [[0, 0, 0]] * 3


def test_a_picture_without_objects():
    assert counts([], [(1, 0.9, 1, 1, 9, 9)]) == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]
