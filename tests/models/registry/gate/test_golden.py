"""Which pictures are answered exactly right."""

from models.registry.gate.golden import golden_pictures, right_pictures
from tests.models.evaluation.scenes import data, found, picture

CAT = (0, 10, 10, 50, 50)
DOG = (1, 60, 60, 90, 90)
FOUND_CAT, FOUND_DOG = (0, 0.9, 10, 10, 50, 50), (1, 0.8, 60, 60, 90, 90)


def test_everything_is_found_and_nothing_else():
    scene = data(*(picture(number, CAT, DOG) for number in range(1, 7)), picture(7), picture(8))
    answers = [
        found(FOUND_CAT, FOUND_DOG),
        found(FOUND_CAT),  # one is missed
        found(FOUND_CAT, FOUND_DOG, (0, 0.6, 70, 5, 90, 20)),  # a false alarm
        found(FOUND_CAT, FOUND_DOG, FOUND_DOG),  # twice
        found(FOUND_CAT, (0, 0.8, 60, 60, 90, 90)),  # a dog taken for a cat
        found(FOUND_CAT, (1, 0.8, 75, 60, 105, 90)),  # a box beside it
        found(),
        found(FOUND_CAT),
    ]
    assert right_pictures(scene, answers) == {0, 6}


def test_what_is_not_judged_by_may_be_found_or_not():
    scene = data(*(picture(number, CAT, (*DOG, "difficult")) for number in (1, 2)))
    assert right_pictures(scene, [found(FOUND_CAT), found(FOUND_CAT, FOUND_DOG)]) == {0, 1}


def test_lost_and_won():
    scene = data(*(picture(number, CAT) for number in range(1, 5)))
    right, wrong = found(FOUND_CAT), found()
    golden = golden_pictures(scene, [right, wrong, right, wrong], [right, right, wrong, wrong])
    assert (golden.count, golden.lost, golden.won) == (2, ("2.jpg",), 1)
