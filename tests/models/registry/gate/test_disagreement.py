"""Where two models answer differently, and by how much."""

import pytest

from models.registry.gate.disagreement import disagreement, most_different
from tests.models.evaluation.scenes import found

CAT, NEAR, DOG = (0, 0.9, 10, 10, 50, 50), (0, 0.5, 12, 10, 52, 50), (1, 0.7, 10, 10, 50, 50)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (found(), found(), 0),
        (found(CAT), found(NEAR), 0),
        (found(CAT), found(), 0.9),
        (found(), found(DOG), 0.7),
        (found(CAT), found(DOG), 1.6),
        (found(CAT, NEAR), found(CAT), 0.5),  # one partner each
    ],
)
def test_what_only_one_has_counts(one, other, expected):
    assert disagreement(one, other) == pytest.approx(expected)
    assert disagreement(other, one) == pytest.approx(expected)


def test_the_greatest_come_first_and_equal_answers_not_at_all():
    ours = [found(CAT), found(), found(CAT), found(CAT)]
    theirs = [found(NEAR), found(DOG), found(DOG), found()]
    assert [at for at, _ in most_different(ours, theirs, 9)] == [2, 3, 1]
    assert [at for at, _ in most_different(ours, theirs, 1)] == [2]
