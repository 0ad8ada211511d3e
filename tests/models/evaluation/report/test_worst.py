"""What is worth looking at."""

import numpy as np

from models.evaluation.matching import each_class
from models.evaluation.report.worst import false_alarms, misses
from tests.models.evaluation.scenes import data, found, picture

SCENE = data(
    picture(1, (0, 10, 10, 50, 50), (1, 0, 0, 5, 5)),
    picture(2, (0, 0, 0, 90, 90), (0, 0, 0, 9, 9, "difficult")),
)
FOUND = [
    found((0, 0.9, 10, 10, 50, 50), (0, 0.7, 60, 60, 90, 90), (1, 0.8, 50, 50, 60, 60)),
    found((0, 0.95, 0, 0, 9, 9), (0, 0.6, 80, 80, 99, 99)),
]


def test_the_surest_false_alarms_come_first():
    matches = dict(each_class(SCENE, FOUND))
    cases = false_alarms(FOUND, matches, 2)
    assert [(case.picture, case.column, case.score) for case in cases] == [(0, 1, 0.8), (0, 0, 0.7)]
    assert cases[1].box.tolist() == [60, 60, 90, 90]


def test_the_largest_misses_come_first():
    cases = misses(SCENE, dict(each_class(SCENE, FOUND)), 9)
    assert [(case.picture, case.column) for case in cases] == [(1, 0), (0, 1)]
    assert np.isnan(cases[0].score)
    assert len(misses(SCENE, dict(each_class(SCENE, FOUND)), 1)) == 1
