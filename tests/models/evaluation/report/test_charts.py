"""Charts stand where their numbers are."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from models.evaluation.report.charts import bars, curve


def points(svg):
    (line,) = re.findall(r'points="([^"]*)"', svg)
    return [tuple(map(float, each.split(","))) for each in line.split()]


def test_a_curve_goes_from_corner_to_corner():
    x = np.linspace(0, 1, 3)
    svg = curve("A & B", "recall", "precision", [("mean", x, 1 - x)])
    assert ElementTree.fromstring(svg)[0].text == "A & B"
    (left, top), (_, middle), (right, bottom) = points(svg)
    assert left < right
    assert top < middle < bottom
    assert middle == pytest.approx((top + bottom) / 2, abs=0.06)


def test_a_long_curve_keeps_its_ends():
    x = np.linspace(0, 1, 10_000)
    kept = points(curve("", "", "", [("mean", x, x)]))
    assert len(kept) < 300
    assert kept[0][0] < kept[-1][0]
    assert points(curve("", "", "", [("mean", x[:0], x[:0])])) == []


def test_bars_are_as_high_as_their_share():
    svg = bars("", "", "", np.array([0.5, np.nan, 1.0]), np.array([0.25, np.nan, np.nan]))
    ElementTree.fromstring(svg)
    low, high = (float(each) for each in re.findall(r'class="bar".*?height="([\d.]+)"', svg))
    assert high == pytest.approx(2 * low, abs=0.11)
    assert svg.count('class="mark"') == 1
