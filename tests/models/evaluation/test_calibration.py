"""Confidences against what came of them."""

import numpy as np
import pytest

from models.evaluation.calibration import calibrate
from tests.models.evaluation.test_voc import matches


def with_scores(scores, hits, ignored=None):
    from dataclasses import replace

    return replace(matches(hits, 9, ignored), scores=np.array(scores))


def test_bins_and_the_error_by_hand():
    # Two of 0.9 of which one is right, one of 0.25 that is right, one of 1.0 that is.
    found = calibrate([with_scores([0.9, 0.9, 0.25], [1, 0, 1]), with_scores([1.0], [1])])
    assert found.counts.tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 3]
    assert found.precision[9] == pytest.approx(2 / 3)
    assert found.confidence[9] == pytest.approx(2.8 / 3)
    assert np.isnan(found.precision[5])
    assert found.error == pytest.approx((3 * (2.8 - 2) / 3 + 0.75) / 4)


def test_what_is_ignored_does_not_count():
    found = calibrate([with_scores([0.9, 0.8], [1, 0], [False, True])])
    assert found.counts.sum() == 1


def test_nothing_at_all():
    assert calibrate([]).error == 0
