"""The bootstrap in one pass, against the library's own averages and cases by hand."""

import numpy as np
import pytest

from models.evaluation.annotations import annotated_images
from models.evaluation.precision import Matches
from models.evaluation.resampling import Draws, Judged, paired_draws, precisions
from tests.models.evaluation.conftest import LABELS
from tests.models.evaluation.scenes import data, picture


def judged(pictures, hits, objects, ignored=None):
    found = np.array([hits], np.bool_)
    left_out = np.zeros_like(found) if ignored is None else np.array([ignored], np.bool_)
    return Judged(np.array(pictures, np.intp), found, left_out, np.array(objects, np.int32))


def times(*rows):
    return np.array(rows, np.int32)


def test_average_precision_by_hand():
    # The surest is right, the next is wrong, the third right: precisions 1 and 2/3, half of the
    # recalls each: 51 of 101 up to 0.5, 50 above.
    three = judged([0, 1, 1], [1, 0, 1], [1, 1])
    assert precisions(three, times([1, 1])) == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)
    # Picture 0 alone, and picture 1 twice: there one is wrong before one right, each twice.
    assert precisions(three, times([1, 0])) == pytest.approx(1)
    assert precisions(three, times([0, 2])) == pytest.approx(0.5)


def test_nothing_found_is_nothing_and_no_object_says_nothing():
    none = judged([], [], [1, 0])
    found = precisions(none, times([1, 1], [0, 2]))
    assert found[0] == 0
    assert np.isnan(found[1])
    wrong = precisions(judged([0], [0], [1, 0]), times([1, 1], [0, 2]))
    assert wrong[0] == 0
    assert np.isnan(wrong[1])


def test_what_is_neither_right_nor_wrong_is_left_out():
    ignored = judged([0, 1], [1, 1], [0, 1], ignored=[1, 0])
    assert precisions(ignored, times([1, 1])) == pytest.approx(1)


def random_scene(seed, sure):
    """60 pictures of two classes; ``sure`` is how much of them is found."""
    random = np.random.default_rng(seed)
    scene, found = [], []
    for number in range(1, 61):
        objects = []
        for _ in range(random.integers(1, 4)):
            ymin, xmin = random.uniform(0, 60, 2)
            column = int(random.integers(2))
            objects.append((column, ymin, xmin, ymin + 30, xmin + 30))
            flags = ("difficult",) if random.random() < 0.1 else ()
            objects[-1] = (*objects[-1], *flags)
            shift = random.normal(0, 3, 2)
            if random.random() < sure:
                found.append({
                    "image_id": number, "category_id": column + 1, "score": random.random(),
                    "bbox": [xmin + shift[0], ymin + shift[1], 30, 30],
                })  # fmt: skip
        if random.random() < 0.5:
            found.append({
                "image_id": number, "category_id": 1, "score": random.random(),
                "bbox": [*random.uniform(0, 60, 2), 20, 20],
            })  # fmt: skip
        scene.append(picture(number, *objects))
    return Matches(annotated_images(data(*scene), LABELS), found)


def test_every_draw_is_the_librarys_own_average():
    matches = random_scene(1, 0.8)
    random = np.random.default_rng(4)
    for _ in range(20):
        drawn = np.sort(random.integers(0, matches.count, matches.count))
        counted = np.bincount(drawn, minlength=matches.count).astype(np.int32)[None]
        ours = np.nanmean([precisions(each, counted)[0] for each in matches.judged()])
        assert ours * 100 == pytest.approx(matches.precision(drawn).mean, abs=1e-9)


def test_a_clear_loss_shows_in_the_whole_and_in_each_class():
    better, worse = random_scene(1, 0.95), random_scene(1, 0.5)
    done = []
    draws = paired_draws(worse.judged(), better.judged(), 200, done.append)
    assert sum(done) == 2
    whole = draws.overall(0.95)
    expected = worse.precision().mean - better.precision().mean
    assert whole.difference == pytest.approx(expected)
    assert whole.low < expected < whole.high < 0
    for place in range(2):
        assert draws.of_class(place, 0.95).high < 0


def test_a_detector_against_itself_and_the_same_seed():
    one = random_scene(2, 0.8).judged()
    draws = paired_draws(one, one, 50, lambda n: None)
    assert draws.overall(0.99) == draws.of_class(0, 0.99)
    assert draws.overall(0.99).low == draws.overall(0.99).high == 0
    other = random_scene(3, 0.8).judged()
    again = [paired_draws(one, other, 50, lambda n: None, seed).drawn for seed in (5, 5, 6)]
    assert np.array_equal(again[0], again[1])
    assert not np.array_equal(again[0], again[2])


def test_bounds_by_hand():
    drawn = np.stack([np.arange(101.0), np.full(101, np.nan)], axis=1)
    draws = Draws(np.array([50.0, np.nan]), drawn)
    bounds = draws.of_class(0, 0.95)
    assert (bounds.low, bounds.difference, bounds.high) == pytest.approx((5, 50, 95))
    # A class without objects is not part of the mean; of itself it says nothing.
    assert draws.overall(0.95) == bounds
    alone = draws.of_class(1, 0.95)
    assert (alone.low, alone.high) == (-100, 100)
    # The surer, the further.
    assert draws.overall(0.99).low == pytest.approx(1)
