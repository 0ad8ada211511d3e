"""Profiles held against each other: what moved is seen, what did not is not, few are not judged."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.drift.comparison import FEWEST, LIMIT, chi_square, compare
from models.ssd.detections import Detections
from models.ssd.errors import ProfileError
from models.ssd.profile import MEASURES, Profile

CLASSES = ("cat", "dog", "cup", "person", "bicycle", "kite", "boat")


def picture(draw, weights=(8, 6, 5, 5, 3, 1, 0.2), confidence=2.0, side=640, most=6):
    """The detections of a made picture: what is in it belongs together, as in a real one."""
    count = draw.randint(0, most)
    name = draw.choices(CLASSES, weights)[0]
    scores = sorted((draw.betavariate(confidence, 1) for _ in range(count)), reverse=True)
    height, width = side * draw.choice((0.6, 0.75, 1)), side * draw.uniform(0.8, 1)
    half = draw.uniform(0.02, 0.5)
    boxes = np.array([[0, 0, height * half, width * half]] * count, np.float32).reshape(-1, 4)
    ids = np.zeros(count, np.int64)
    found = np.array(scores, np.float32)
    return Detections((name,) * count, ids, found, boxes, round(height), round(width))


def profile(count, seed, **how):
    draw, made = random.Random(seed), Profile(0.5)
    for _ in range(count):
        made.add(picture(draw, **how))
    return made


def states(shifts):
    return {each.measure: each.state for each in shifts}


def test_the_same_twice_has_not_moved():
    one = profile(300, 1)
    for each in compare(one, one):
        assert (each.state, each.psi) == ("same", 0)


@pytest.mark.parametrize(
    ("how", "measure"),
    [
        ({"weights": (1, 1, 1, 1, 1, 1, 10)}, "classes"),
        ({"weights": (8, 0, 0, 0, 0, 0, 0)}, "classes"),
        ({"confidence": 0.6}, "picture_detections"),
        ({"confidence": 12}, "confidence"),
        ({"side": 240}, "picture_side_pixels"),
        ({"most": 30}, "picture_detections"),
    ],
    ids=str,
)
def test_what_moved_is_seen_with_few_pictures(how, measure):
    shifts = compare(profile(2000, 1), profile(150, 2, **how))
    (moved,) = (each for each in shifts if each.measure == measure)
    assert moved.state == "moved"
    assert moved.psi > moved.limit >= LIMIT
    assert moved.bin
    assert moved.before != moved.now


def test_false_alarms_are_as_rare_as_promised():
    """A hundred pairs of one population, for each number of pictures; at most 1 % are expected."""
    alarms = sum(
        "moved"
        in states(compare(profile(reference, 2 * seed), profile(count, 2 * seed + 1))).values()
        for reference, count in ((1000, 100), (120, 120))
        for seed in range(100)
    )
    assert alarms <= 2


def test_fewer_than_enough_are_not_judged():
    shifts = compare(profile(500, 1), profile(FEWEST - 1, 2, side=100))
    assert set(states(shifts).values()) == {"few"}


def test_detections_beyond_the_number_of_pictures_are_no_more_evidence():
    few = profile(FEWEST - 1, 2, most=200)
    assert sum(few.classes.values()) > 10 * FEWEST
    assert states(compare(profile(500, 1), few))["classes"] == "few"


def test_no_detections_at_all_are_seen_by_their_number():
    found = states(compare(profile(500, 1), profile(200, 2, most=0)))
    assert found["picture_detections"] == "moved"
    assert found["classes"] == found["confidence"] == "few"


def test_what_was_counted_otherwise_is_refused():
    with pytest.raises(ProfileError, match="cannot be held against"):
        compare(Profile(0.5), Profile(0.3))


def test_a_lower_limit_of_ones_own_holds():
    one, other = profile(4000, 1), profile(4000, 2, confidence=3.0)
    before = {each.measure: each for each in compare(one, other)}["confidence"]
    assert before.state == "shifted" or before.psi < LIMIT
    after = {each.measure: each for each in compare(one, other, before.psi / 2)}["confidence"]
    assert after.state == "moved"


@given(
    st.lists(st.integers(0, 500), min_size=len(CLASSES), max_size=len(CLASSES)),
    st.lists(st.integers(0, 500), min_size=len(CLASSES), max_size=len(CLASSES)),
)
def test_any_counts_give_finite_figures_the_same_from_both_sides(old, new):
    sides = []
    for counts in (old, new):
        made = Profile(0.5, pictures=sum(counts))
        made.classes.update(dict(zip(CLASSES, counts, strict=True)))
        made.histograms["confidence"].counts[: len(counts)] = counts
        made.histograms["picture_detections"].counts[1] = sum(counts)
        made.histograms["picture_detections"].total = sum(counts)
        sides.append(made)
    there, back = compare(*sides), compare(*reversed(sides))
    for one, other in zip(there, back, strict=True):
        assert math.isfinite(one.psi)
        assert one.psi >= 0
        assert one.state == other.state
        assert one.psi == pytest.approx(other.psi)


def test_all_histograms_are_compared():
    assert list(states(compare(profile(99, 1), profile(99, 2)))) == [
        "classes", *(each.name for each in MEASURES)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("probability", "freedom", "exact"),
    [  # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4
        (0.999, 1, 10.828), (0.999, 4, 18.467), (0.999, 9, 27.877), (0.999, 19, 43.820),
        (0.99, 1, 6.635), (0.99, 10, 23.209), (0.99, 50, 76.154),
    ],
)  # fmt: skip
def test_chi_square_is_near_the_exact_value(probability, freedom, exact):
    assert chi_square(probability, freedom) == pytest.approx(exact, rel=0.04)
