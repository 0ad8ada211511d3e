"""Profiles: what a picture adds, parts and the whole, and what is refused when one is read."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.detections import Detections
from models.ssd.errors import ProfileError
from models.ssd.profile import MEASURES, Profile, read_profile

NAMES = ("cat", "dog", 'o"dd\\\n')


def detections(scores, names=None, boxes=None, size=(100, 200)):
    count = len(scores)
    names = tuple(names or NAMES[:1] * count)
    boxes = np.array(boxes or [[0, 0, 10, 20]] * count, np.float32).reshape(-1, 4)
    ids = np.ones(count, np.int64)
    return Detections(names, ids, np.array(scores, np.float32), boxes, *size)


FOUND = st.lists(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.sampled_from(NAMES)), max_size=6).map(
        lambda found: sorted(found, reverse=True)
    ),
    max_size=12,
)


def profile(pictures, threshold=0.5):
    made = Profile(threshold)
    for found in pictures:
        made.add(detections([score for score, _ in found], [name for _, name in found]))
    return made


def test_a_picture_adds_its_classes_confidences_sizes_and_number():
    made = Profile(0.5)
    made.add(detections([0.9, 0.5, 0.49], ["cat", "dog", "cat"], [[0, 0, 100, 100]] * 3))
    assert (made.pictures, dict(made.classes)) == (1, {"cat": 1, "dog": 1})
    told = {name: (each.count, each.total) for name, each in made.histograms.items()}
    assert told == {
        "confidence": (2, pytest.approx(1.4)),
        "box_area_ratio": (2, pytest.approx(1.0)),  # each is half of the picture
        "picture_side_pixels": (1, 200.0),
        "picture_detections": (1, 2.0),
    }


def test_a_picture_without_objects_counts_as_one():
    made = profile([[]])
    assert (made.pictures, made.histograms["picture_detections"].counts[0]) == (1, 1)


@given(FOUND, FOUND)
def test_parts_make_the_whole(first, second):
    whole = profile(first + second)
    together = profile(first).combined(profile(second))
    without = whole.combined(profile(second), -1)
    for made, wanted in ((together, whole), (without, profile(first))):
        assert made.pictures == wanted.pictures
        assert +made.classes == +wanted.classes
        for name, histogram in wanted.histograms.items():
            assert made.histograms[name].counts == histogram.counts


@given(FOUND)
def test_as_json_it_is_the_same(found):
    made = profile(found)
    again = read_profile(json.loads(json.dumps(made.values())), "here")
    assert again == made


def test_two_that_were_counted_otherwise_are_not_added_up():
    for other in (Profile(0.4), Profile(0.5, "auto")):
        with pytest.raises(ProfileError, match="cannot be held against"):
            Profile(0.5).combined(other)


def broken(path, value):
    values = json.loads(json.dumps(profile([[(0.9, "cat")]]).values()))
    *way, last = path
    place = values
    for step in way:
        place = place[step]
    place[last] = value
    return values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (None, "is no profile"),
        ([], "is no profile"),
        ({}, "is no profile"),
        (broken(["schema_version"], 2), "record it again"),
        (broken(["pictures"], -1), "below 0"),
        (broken(["pictures"], "1"), "is no profile"),
        (broken(["classes", "cat"], -1), "below 0"),
        (broken(["histograms", "confidence", "edges"], [0.5]), "other histograms"),
        (broken(["histograms", "confidence", "counts"], [1]), "is broken"),
        (broken(["histograms", "confidence", "counts", 0], -1), "below 0"),
        (broken(["histograms"], {}), "other histograms"),
    ],
)
def test_what_is_none_is_refused(values, words):
    with pytest.raises(ProfileError, match=words) as caught:
        read_profile(values, "the file")
    assert "the file" in caught.value.message
    assert "\n" not in caught.value.message


def test_edges_grow():
    for each in MEASURES:
        assert list(each.edges) == sorted(set(each.edges))
