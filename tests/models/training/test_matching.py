"""Which anchor is to find which object: by hand, and whatever the objects are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ssd.anchors import build_anchors
from models.ssd.coder import decode
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.vgg16 import ssd300_vgg16
from models.training.matching import IGNORED, NEGATIVE, Matcher, match

NETWORKS = {"ssdlite": ssdlite_mobilenet_v2(3), "ssd300": ssd300_vgg16(4)}
MATCHERS = {name: Matcher(network) for name, network in NETWORKS.items()}


def test_best_anchor_first_then_all_that_overlap_enough():
    #                 object 0  1
    shares = np.array([[0.60, 0.10], [0.55, 0.52], [0.00, 0.30], [0.49, 0.49]], np.float32)
    # 0 gets anchor 0, 1 gets anchor 1 though that overlaps 0 more; 3 overlaps nobody enough.
    assert match(shares, 0.5).tolist() == [0, 1, -1, -1]


def test_an_anchor_that_two_want_goes_to_the_closer_one():
    shares = np.array([[0.4, 0.3], [0.1, 0.2], [0.0, 0.1]], np.float32)
    assert match(shares, 0.5).tolist() == [0, 1, -1]


def test_an_anchor_that_overlaps_two_finds_the_closer_one():
    shares = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.7]], np.float32)
    assert match(shares, 0.5).tolist() == [0, 1, 1]


def test_the_least_overlap_itself_is_enough():
    shares = np.array([[0.8], [0.5], [np.nextafter(np.float32(0.5), np.float32(0))]], np.float32)
    assert match(shares, 0.5).tolist() == [0, 0, -1]


def test_more_objects_than_anchors_end():
    assert sorted(match(np.full((2, 5), 0.3, np.float32), 0.5).tolist()) == [0, 1]


@pytest.mark.parametrize("name", NETWORKS)
def test_no_object(name):
    none = np.empty(0, np.intp)
    targets = MATCHERS[name](np.empty((0, 4), np.float32), none, np.empty(0, bool))
    assert (targets.columns == NEGATIVE).all()
    assert not targets.offsets.any()


def boxes_of(draw):
    """A box on a grid of 1/1024, so that two boxes are the same or clearly apart."""
    start = np.array(draw[:2], np.float32) / 1024
    return np.concatenate([start, np.minimum(start + np.array(draw[2:], np.float32) / 1024, 1)])


BOXES = st.lists(
    st.tuples(*[st.integers(0, 972)] * 2, *[st.integers(20, 920)] * 2).map(boxes_of),
    min_size=1, max_size=12,
)  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=60)
@given(BOXES)
def test_every_object_has_an_anchor(name, boxes):
    columns = np.arange(len(boxes)) % 3
    boxes = np.stack(boxes)
    network, matcher = NETWORKS[name], MATCHERS[name]
    targets = matcher(boxes, columns, np.ones(len(boxes), bool))
    found = targets.columns >= 0
    # The offsets say which object an anchor is to find.
    answered = decode(
        targets.offsets[found], build_anchors(network.anchors)[found], network.box_coder
    )
    distance = np.abs(answered[:, None] - boxes[None]).max(axis=2)
    assert distance.min(axis=1).max() < 1e-4
    unique, inverse = np.unique(boxes, axis=0, return_inverse=True)
    assert set(inverse.reshape(-1)[distance.argmin(axis=1)]) == set(range(len(unique)))


def test_two_objects_in_one_place_have_an_anchor_each():
    box = np.array([[0.4, 0.4, 0.45, 0.45]] * 3, np.float32)
    targets = MATCHERS["ssdlite"](box, np.array([0, 1, 2]), np.ones(3, bool))
    assert {0, 1, 2} <= set(targets.columns.tolist())


def test_a_crowd_is_neither_learnt_nor_a_mistake():
    boxes = np.array([[0, 0, 0.5, 1], [0.6, 0.6, 0.9, 0.9]], np.float32)
    matcher = MATCHERS["ssdlite"]
    targets = matcher(boxes, np.array([0, 1]), np.array([False, True]))
    anchors = build_anchors(NETWORKS["ssdlite"].anchors)
    inside = (anchors[:, 0] < 0.4) & (anchors[:, 2] < 0.15)
    assert (targets.columns[inside] == IGNORED).all()
    assert 0 not in targets.columns
    below = (anchors[:, 0] - anchors[:, 2] / 2) > 0.5
    assert IGNORED not in targets.columns[below]
    assert 1 in targets.columns
