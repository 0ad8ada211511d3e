import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf_detect.agreement import compare
from dcf_detect.box import Box


def box(name, *edges):
    return Box(name, 1, 0.5, *edges)


def test_a_box_is_found_again_by_class_and_overlap():
    cup, moved = box("cup", 0, 0, 100, 100), box("cup", 5, 0, 105, 100)
    dog, bowl = box("dog", 0, 0, 100, 100), box("bowl", 300, 300, 400, 400)
    found = compare([cup, bowl], [dog, moved], 0.5)
    assert found.matches == ((cup, moved),)
    assert found.missing == (bowl,)
    assert found.extra == (dog,)
    assert found.share == 0.5


def test_the_nearest_is_the_partner_whoever_comes_first():
    wide, exact = box("cup", 0, 0, 120, 100), box("cup", 0, 0, 100, 100)
    found = compare([wide, exact], [exact], 0.5)
    assert found.matches == ((exact, exact),)
    assert found.missing == (wide,)


def test_nothing_on_both_sides_is_full_agreement():
    assert compare([], [], 0.5).share == 1.0
    assert compare([box("cup", 0, 0, 1, 1)], [], 0.5).share == 0.0


@pytest.mark.parametrize("iou", [0, -1, 1.1, float("nan")])
def test_an_overlap_that_is_none(iou):
    with pytest.raises(ValueError, match="iou must be a number above 0 and up to 1"):
        compare([], [], iou)


EDGE = st.integers(0, 20)
BOXES = st.lists(
    st.builds(
        lambda name, x, y, w, h: box(name, x, y, x + w, y + h),
        st.sampled_from(["cup", "dog"]), EDGE, EDGE, st.integers(1, 20), st.integers(1, 20),
    )
)  # fmt: skip


@given(BOXES, BOXES, st.floats(0.05, 1))
def test_every_box_is_told_once(ours, theirs, iou):
    found = compare(ours, theirs, iou)
    assert sorted((*(pair[0] for pair in found.matches), *found.missing), key=repr) == sorted(
        ours, key=repr
    )
    assert sorted((*(pair[1] for pair in found.matches), *found.extra), key=repr) == sorted(
        theirs, key=repr
    )
    for mine, other in found.matches:
        assert mine.name == other.name
        assert mine.iou(other) >= iou


@given(BOXES)
def test_a_result_agrees_with_itself(boxes):
    assert compare(boxes, boxes, 0.9).share == 1.0
