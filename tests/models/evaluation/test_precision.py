import contextlib
import io
import json

import numpy as np
import pytest
from pycocotools.cocoeval import COCOeval

from models.datasets.reading import read_data_set
from models.evaluation.annotations import annotated_images
from models.evaluation.precision import Matches, paired_bootstrap

from .conftest import LABELS


def library_figures(opened, found):
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(opened.coco, opened.coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats[:3] * 100


@pytest.fixture
def sloppy(perfect):
    """Boxes half a size off, one miss, one false alarm."""
    random = np.random.default_rng(2)
    found = []
    for entry in perfect[1:]:
        x, y, width, height = entry["bbox"]
        shift = float(random.uniform(0, 0.2)) * width
        score = float(random.uniform(0.1, 0.9))
        found.append(entry | {"bbox": [x + shift, y, width, height], "score": score})
    return [*found, found[0] | {"bbox": [60, 60, 10, 10], "score": 0.95}]


def test_a_perfect_detector_has_100_points(opened, perfect):
    precision = Matches(opened, perfect).precision()
    assert (precision.mean, precision.at_50, precision.at_75) == pytest.approx((100, 100, 100))


def test_figures_are_the_librarys(opened, sloppy):
    precision = Matches(opened, sloppy).precision()
    assert 0 < precision.mean < 100
    figures = (precision.mean, precision.at_50, precision.at_75)
    assert figures == pytest.approx(tuple(library_figures(opened, sloppy)))


def test_nothing_found_is_0_points(opened):
    assert Matches(opened, []).precision().mean == 0


def test_drawing_every_image_once_changes_nothing(opened, sloppy):
    matches = Matches(opened, sloppy)
    assert matches.precision(np.array([3, 1, 0, 2])) == matches.precision()


def test_a_draw_counts_an_image_as_often_as_it_was_drawn(opened, perfect):
    # Image 2 (position 1) is where the only miss is.
    matches = Matches(opened, [entry for entry in perfect if entry["image_id"] != 2])
    without = matches.precision(np.array([0, 0, 2, 3])).mean
    once, twice = (matches.precision(np.array([0, 2, *[1] * n])).mean for n in (1, 2))
    assert without == pytest.approx(100)
    assert without > once > twice > 0


def test_the_bootstrap_finds_a_clear_difference(opened, perfect, sloppy):
    draws = []
    interval = paired_bootstrap(Matches(opened, perfect), Matches(opened, sloppy), 50, draws.append)
    assert len(draws) == interval.samples == 50
    assert 0 < interval.low <= interval.high
    assert interval.low <= interval.difference <= interval.high


def test_the_same_detector_does_not_differ_from_itself(opened, sloppy):
    interval = paired_bootstrap(Matches(opened, sloppy), Matches(opened, sloppy), 20, lambda n: 0)
    assert (interval.difference, interval.low, interval.high) == (0, 0, 0)


def test_a_difficult_object_is_neither_missed_nor_a_false_alarm(data_set, perfect):
    """As VOC counts: found or not, the figures are those of the others."""
    file = data_set / "instances.json"
    document = json.loads(file.read_text())
    document["annotations"][2]["ignore"] = 1
    file.write_text(json.dumps(document))
    images = annotated_images(read_data_set(data_set), LABELS)
    without = [*perfect[:2], *perfect[3:]]
    for found in (perfect, without):
        assert Matches(images, found).precision().mean == pytest.approx(100)
    # A crowd is not told by its overlap with what is found; a difficult object is.
    small = perfect[2] | {"bbox": [55, 55, 5, 5], "score": 0.99}
    assert Matches(images, [*without, small]).precision().mean < 99
