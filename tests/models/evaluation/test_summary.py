"""COCO's twelve numbers."""

import pytest

from models.evaluation.precision import Matches
from models.evaluation.summary import NAMES, summarize


def test_a_detector_without_fault(opened, perfect):
    numbers = summarize(opened, perfect)
    assert tuple(numbers) == NAMES
    assert numbers["mAP"] == numbers["AP50"] == numbers["AR_100"] == pytest.approx(1)
    # The objects are of 900 to 8,100 square pixels: from small to medium, none is large.
    assert numbers["AP_small"] == pytest.approx(1)
    assert numbers["AP_large"] == numbers["AR_large"] == -1
    # One picture has two objects, of two classes: one detection a class is enough.
    assert numbers["AR_1"] == pytest.approx(1)


def test_it_agrees_with_what_comparisons_are_made_of(opened, perfect):
    worse = [dict(each, bbox=[each["bbox"][0] + 5, *each["bbox"][1:]]) for each in perfect[1:]]
    precision = Matches(opened, worse).precision()
    numbers = summarize(opened, worse)
    assert numbers["mAP"] * 100 == pytest.approx(precision.mean)
    assert numbers["AP75"] * 100 == pytest.approx(precision.at_75)
    assert 0 < numbers["mAP"] < 0.9


def test_nothing_found(opened):
    assert summarize(opened, [])["mAP"] == 0
