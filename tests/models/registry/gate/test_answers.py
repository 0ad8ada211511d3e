"""What models answer when they serve, beside what they are judged by."""

import numpy as np

from models.registry.gate.answers import answer_in_turn, sure
from models.ssd.detector import Detector
from tests.models.evaluation.scenes import found
from tests.models.registry.gate.conftest import FLOAT, INT8


def test_sure_ones_are_what_a_caller_gets(photo_data):
    detectors = [Detector(each, pool_size=1) for each in (INT8, FLOAT)]
    steps = []
    answers = answer_in_turn(detectors, photo_data, steps.append)
    assert sum(steps) == len(photo_data.pictures)
    for detector, each in zip(detectors, answers, strict=True):
        weak = len(each.measured.found)
        for picture, kept in zip(photo_data.pictures, each.sure, strict=True):
            served = detector.detect(picture.file.read_bytes()).detections
            assert np.allclose(kept.scores, served.scores)
            assert np.allclose(kept.boxes, served.boxes, atol=1e-3)
        assert weak > sum(len(kept.scores) for kept in each.sure)


def test_a_threshold_is_reached_by_what_equals_it():
    (kept,) = sure([found((0, 0.5, 0, 0, 9, 9), (1, 0.49, 0, 0, 9, 9))], 0.5)
    assert kept.scores.tolist() == [0.5]
    assert kept.columns.tolist() == [0]
