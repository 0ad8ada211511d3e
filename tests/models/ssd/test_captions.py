from hypothesis import given
from hypothesis import strategies as st

from models.ssd.captions import CaptionPlaces


@st.composite
def pictures(draw, most=60):
    height, width = draw(st.integers(1, 900)), draw(st.integers(1, 900))

    def box(_):
        ymin, xmin = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        return (
            (ymin, xmin, draw(st.integers(ymin + 1, height)), draw(st.integers(xmin + 1, width))),
            draw(st.integers(1, 300)),
        )

    count = draw(st.integers(0, most))
    return height, width, draw(st.integers(5, 40)), [box(each) for each in range(count)]


def placed(height, width, line, wanted):
    places = CaptionPlaces(height, width, line)
    return [(places.take(box, size), size) for box, size in wanted]


@given(pictures())
def test_captions_lie_inside_and_never_on_one_another(picture):
    height, width, line, _ = picture
    taken = [(*place, size) for place, size in placed(*picture) if place]
    for index, (left, top, size) in enumerate(taken):
        assert 0 <= left <= left + size <= width
        assert 0 <= top <= top + line <= height
        for its_left, its_top, its_size in taken[:index]:
            across = left < its_left + its_size and its_left < left + size
            down = top < its_top + line and its_top < top + line
            assert not (across and down)


@given(
    st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=11),
    st.integers(1, 1000),
)
def test_none_is_left_out_where_there_is_room(corners, size):
    """A caption touches two lines at most: eleven leave two of any 24 free."""
    wanted = [((y, x, y + 1, x + 1), size) for y, x in corners]
    assert all(place for place, _ in placed(1000, 1000, 20, wanted))


def test_a_hundred_equal_boxes_in_a_large_picture_are_named_as_far_as_one_can_tell_whose_it_is():
    found = placed(4000, 4000, 40, [((2000, 2000, 2600, 2400), 200)] * 100)
    tops = [place[1] for place, _ in found if place]
    assert len(tops) > 40
    assert all(2000 - 24 * 40 <= top <= 2000 + 24 * 40 for top in tops)
    assert found[-1][0] is None


def test_the_first_place_is_on_the_box():
    ((place, _),) = placed(500, 500, 20, [((100, 50, 200, 150), 80)])
    assert place == (50, 80)


def test_at_the_upper_edge_it_is_in_the_box():
    ((place, _),) = placed(500, 500, 20, [((5, 450, 200, 500), 80)])
    assert place == (420, 5)


def test_what_is_larger_than_the_picture_has_no_place():
    assert placed(500, 60, 20, [((0, 0, 9, 9), 61)])[0][0] is None
    assert placed(19, 500, 20, [((0, 0, 9, 9), 61)])[0][0] is None
