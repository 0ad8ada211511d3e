"""When two answers say the same: detections by boxes, JSON by value, the rest by bytes."""

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.gateway.judging.comparison import Kept, agree


def found(name="dog", left=10, top=10, size=100, **more):
    corners = {"xmin": left, "ymin": top, "xmax": left + size, "ymax": top + size}
    return {"class": name, "confidence": 0.9, **corners, **more}


def same(one, other, status=200, other_status=200):
    def kept(status, answer):
        return Kept(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    first, second = kept(status, one), kept(other_status, other)
    assert agree(first, second) == agree(second, first)
    return agree(first, second)


CROWD = [found(left=each) for each in range(400)]
PICTURE = [found(), found("cat", 200), found("dog", 300)]
MOVED = [found("dog", 305), found(left=12, confidence=0.1), found("cat", 202)]
AS_TEXT = [
    {**each, **{k: str(each[k]) for k in ("xmin", "ymin", "xmax", "ymax")}} for each in MOVED
]


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        pytest.param(b"x", b"x", True, id="same bytes"),
        pytest.param(b"x", b"y", False, id="other bytes"),
        pytest.param(b"", b"[]", False, id="nothing and nothing found"),
        pytest.param({"a": 1, "b": [2]}, b'{"b":[2],"a":1}', True, id="same value"),
        pytest.param({"a": 1}, {"a": 2}, False, id="other value"),
        pytest.param(PICTURE, MOVED, True, id="boxes a little moved, in another order"),
        pytest.param(PICTURE, AS_TEXT, True, id="numbers as text"),
        pytest.param(PICTURE, PICTURE[:2], True, id="two of three"),
        pytest.param(PICTURE, PICTURE[:1], False, id="one of three"),
        pytest.param([found()], [found("cat")], False, id="another class"),
        pytest.param([found()], [found(left=90)], False, id="another place"),
        pytest.param([found()], [], False, id="one and none"),
        pytest.param([], [], True, id="none and none"),
        pytest.param([found()] * 4, [found()], False, id="one box is matched once"),
        pytest.param({"detections": PICTURE, "timings_ms": {"a": 1}},
                     {"detections": MOVED, "timings_ms": {"a": 2}}, True, id="full"),
        pytest.param({"detections": PICTURE}, MOVED, False, id="full and plain"),
        pytest.param([PICTURE, []], [MOVED, []], True, id="batch"),
        pytest.param([PICTURE, []], [[], MOVED], False, id="batch in another order"),
        pytest.param([PICTURE], [MOVED, MOVED], False, id="batch of another size"),
        pytest.param([found(size=0)], [found(size=0)], True, id="no area, the same"),
        pytest.param([found(size=0)], [found(size=0, left=11)], False, id="no area, elsewhere"),
        pytest.param([found(xmax=-5)], [found(xmax=-5, ymax=7)], False, id="inside out"),
        pytest.param([found(xmax="1e999")], [found()], False, id="infinite"),
        pytest.param([found(xmax=10**400)], [found()], False, id="huge"),
        pytest.param([found(xmax=None)], [found()], False, id="no number"),
        pytest.param([found(xmax=None)], [found(xmax=None)], True, id="no number, the same"),
        pytest.param([found(), 1], [found(), 1], True, id="not all detections"),
        pytest.param(CROWD, [*CROWD[:-1], found()], False, id="too many"),
        pytest.param(b"[" * 900 + b"]" * 900, b" " + b"[" * 900 + b"]" * 900, True, id="deep"),
        pytest.param(b"[" * 10**5, b" " + b"[" * 10**5, False, id="deeper than can be read"),
        pytest.param(b'"\xff"', b' "\xff"', False, id="no text"),
    ],
)  # fmt: skip
def test_answers_agree(one, other, agrees):
    assert same(one, other) is agrees


@pytest.mark.parametrize(
    ("status", "other", "agrees"),
    [(200, 200, False), (200, 201, False), (200, 500, False), (400, 422, True), (500, 503, True)],
)
def test_statuses_are_compared_by_class_and_of_errors_the_words_may_differ(status, other, agrees):
    assert same(b"x", b"y", status, other) is agrees
    assert same(b"x", b"x", status, other) is (status // 100 == other // 100)


def test_the_closest_boxes_are_matched_first_whatever_the_order():
    two = [found(left=0), found(left=30)]
    for order in permutations(two):
        assert same([*order], [found(left=29), found(left=1)])


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 50), st.integers(0, 50))), st.data()
)
def test_a_picture_agrees_with_itself_in_any_order(boxes, data):
    picture = [found(name, left, top, 20) for name, left, top in boxes]
    assert same(picture, data.draw(st.permutations(picture)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["class", "xmin", "d"]), inner),
)


@given(JSON, JSON)
def test_whatever_comes_is_compared_without_a_fault(one, other):
    assert same(one, one)
    same(one, other)
