"""VOC's average precision, against cases worked out by hand."""

import numpy as np
import pytest

from models.evaluation.matching import ClassMatches
from models.evaluation.voc import (
    average_precision_2007,
    average_precision_2012,
    curve_of,
    mean_curve,
)


def matches(hits, objects, ignored=None):
    count = len(hits)
    return ClassMatches(
        scores=np.linspace(0.9, 0.1, count),
        hits=np.array(hits, np.bool_),
        ignored=np.array(ignored or [False] * count, np.bool_),
        pictures=np.zeros(count, np.intp),
        places=np.arange(count),
        overlaps=np.ones(count),
        objects=objects,
        missed=(),
    )


CASES = {
    # Recall 1/3, 1/3, 2/3 at precision 1, 1/2, 2/3. Steps 0 to 0.3 see 1, 0.4 to 0.6 see 2/3.
    "two of three": (matches([1, 0, 1], 3), 6 / 11, 1 / 3 + 1 / 3 * 2 / 3),
    "all at once": (matches([1, 1], 2), 1, 1),
    "none": (matches([0, 0], 2), 0, 0),
    "nothing said": (matches([], 2), 0, 0),
    # The second is neither right nor wrong: the same as without it.
    "ignored": (matches([1, 0, 1], 2, [False, True, False]), 1, 1),
    # Precision rises again: 1/2 at recall 1/2, 2/3 at recall 1; falling, both are 2/3.
    "rises": (matches([0, 1, 1], 2), 2 / 3, 2 / 3),
    # Recall is exactly 0.3 with 3 of 10: 4 steps see 1.
    "a tenth": (matches([1, 1, 1], 10), 4 / 11, 0.3),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_by_hand(case):
    each, by_2007, by_2012 = case
    curve = curve_of(each)
    assert average_precision_2007(curve) == pytest.approx(by_2007)
    assert average_precision_2012(curve) == pytest.approx(by_2012)


def test_the_mean_of_curves_is_of_the_best_precision_at_each_recall_or_more():
    recalls, precision = mean_curve([curve_of(matches([1, 1], 2)), curve_of(matches([0, 1], 2))])
    assert recalls.tolist() == np.linspace(0, 1, 101).tolist()
    assert precision[[0, 50]] == pytest.approx([0.75, 0.75])
    assert precision[[51, 100]] == pytest.approx([0.5, 0.5])
