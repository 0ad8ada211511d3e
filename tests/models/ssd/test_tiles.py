"""Tiles: they cover a picture, overlap, know their borders, and put boxes where they belong."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.tiles import OVERLAP, Tile, finer, looks_of, tiles_for, tiles_of

LEVELS = st.sampled_from([2, 3])
# From one pixel to the longest side that is read; lengths of few pixels as likely as long ones.
LENGTHS = st.one_of(st.integers(1, 40), st.integers(1, 100_000))
INPUT = (300, 300)


def level(tiles, most):
    """The tiles of the last level."""
    return tiles[-(most**2) :]


@given(LEVELS, LENGTHS, LENGTHS)
def test_each_level_covers_every_pixel_and_nothing_else(most, height, width):
    tiles = tiles_of(most, (height, width))
    assert len(tiles) == looks_of(most) - 1
    for count in range(2, most + 1):
        some = level(tiles_of(count, (height, width)), count)
        rows = {(tile.top, tile.bottom) for tile in some}
        columns = {(tile.left, tile.right) for tile in some}
        # A grid: every rows with every columns, so that covering both sides covers all.
        assert {(each.top, each.bottom, each.left, each.right) for each in some} == {
            (*row, *column) for row in rows for column in columns
        }
        for spans, length in ((sorted(rows), height), (sorted(columns), width)):
            assert spans[0][0] == 0
            assert max(end for _, end in spans) == length
            assert all(0 <= start < end <= length for start, end in spans)
            assert all(after[0] <= before[1] for before, after in pairwise(spans))


@given(LEVELS, LENGTHS, LENGTHS)
def test_neighbours_overlap_at_least_as_said(most, height, width):
    grid = level(tiles_of(most, (height, width)), most)
    side = height / finer(most)
    for row in range(most - 1):
        above, below = grid[row * most], grid[(row + 1) * most]
        assert above.bottom - below.top >= OVERLAP * side - 1e-6
    side = width / finer(most)
    for column in range(most - 1):
        left, right = grid[column], grid[column + 1]
        assert left.right - right.left >= OVERLAP * side - 1e-6


@given(LEVELS, LENGTHS, LENGTHS)
def test_tiles_are_of_one_size_but_for_rounding(most, height, width):
    for tile in level(tiles_of(most, (height, width)), most):
        assert 0 <= tile.bottom - tile.top - height / finer(most) < 2
        assert 0 <= tile.right - tile.left - width / finer(most) < 2


@given(LEVELS, st.integers(1, 300), st.integers(1, 300), st.randoms(use_true_random=False))
def test_a_box_lands_on_the_pixels_it_was_found_on(most, height, width, chance):
    """A box around whole pixels of a tile lies around the same pixels of the picture."""
    numbers = np.arange(height * width * 3, dtype=np.uint32).reshape(height, width, 3)
    for tile in tiles_of(most, (height, width)):
        part = tile.crop(numbers)
        top, left = chance.randrange(part.shape[0]), chance.randrange(part.shape[1])
        bottom = chance.randrange(top, part.shape[0]) + 1
        right = chance.randrange(left, part.shape[1]) + 1
        within = np.array([[top, left, bottom, right]], np.float32)
        unit = within / np.array([*part.shape[:2]] * 2, np.float32)
        edges = tile.placed(unit)[0] * np.array([height, width] * 2)
        ymin, xmin, ymax, xmax = np.rint(edges).astype(int)
        assert np.allclose(edges, [ymin, xmin, ymax, xmax], atol=1e-3)
        found = numbers[ymin:ymax, xmin:xmax]
        assert np.array_equal(found, part[top:bottom, left:right])


def test_a_box_stays_inside_the_picture():
    for tile in tiles_of(3, (480, 640)):
        edges = tile.placed(np.array([[0, 0, 1, 1]], np.float32))
        assert (edges >= 0).all()
        assert (edges <= 1).all()


BOXES = {
    "middle": [0.3, 0.3, 0.7, 0.7],
    "top": [0.01, 0.3, 0.7, 0.7],
    "left": [0.3, 0.01, 0.7, 0.7],
    "bottom": [0.3, 0.3, 0.99, 0.7],
    "right": [0.3, 0.3, 0.7, 0.99],
}


@pytest.mark.parametrize(
    ("tile", "cut"),
    [
        (Tile(0, 0, 56, 56, 100, 100), {"bottom", "right"}),
        (Tile(0, 44, 56, 100, 100, 100), {"bottom", "left"}),
        (Tile(44, 0, 100, 56, 100, 100), {"top", "right"}),
        (Tile(44, 44, 100, 100, 100, 100), {"top", "left"}),
        (Tile(30, 30, 70, 70, 100, 100), {"top", "left", "bottom", "right"}),
        (Tile(0, 0, 100, 100, 100, 100), set()),
    ],
    ids=["top left", "top right", "bottom left", "bottom right", "inside", "whole"],
)
def test_only_borders_inside_the_picture_cut_boxes(tile, cut):
    found = tile.cuts(np.array([*BOXES.values()], np.float32), 0.02)
    assert {name for name, is_cut in zip(BOXES, found, strict=True) if is_cut} == cut
    assert tile.cuts(np.empty((0, 4), np.float32), 0.02).shape == (0,)


@given(st.sampled_from([1, 2, 3, "auto"]), LENGTHS, LENGTHS, st.integers(0, 5_000))
def test_a_larger_picture_never_gets_fewer_tiles(asked, height, width, more):
    few = tiles_for(asked, (height, width), INPUT)
    assert tiles_for(asked, (height + more, width), INPUT) >= few
    assert tiles_for(asked, (height, width + more), INPUT) >= few
    assert few <= (3 if asked == "auto" else asked)


@pytest.mark.parametrize(
    ("size", "auto", "two", "three"),
    [
        ((1, 1), 1, 1, 1),
        ((1, 100_000), 1, 1, 1),
        ((179, 640), 1, 1, 1),
        ((180, 180), 1, 2, 2),
        ((259, 640), 1, 2, 2),
        ((260, 260), 1, 2, 3),
        ((375, 500), 1, 2, 3),
        ((404, 640), 1, 2, 3),
        ((405, 405), 2, 2, 3),
        ((480, 640), 2, 2, 3),
        ((584, 4000), 2, 2, 3),
        ((585, 585), 3, 2, 3),
        ((3000, 4000), 3, 2, 3),
    ],
)  # fmt: skip
def test_the_rule_for_how_many_tiles_a_picture_is_worth(size, auto, two, three):
    assert tiles_for("auto", size, INPUT) == auto
    assert tiles_for(1, size, INPUT) == 1
    assert tiles_for(2, size, INPUT) == two
    assert tiles_for(3, size, INPUT) == three
    # A network that sees more needs larger pictures for the same.
    assert tiles_for("auto", (size[0] * 2, size[1] * 2), (600, 600)) == auto


def test_how_often_the_network_runs():
    assert [looks_of(tiles) for tiles in (1, 2, 3)] == [1, 5, 14]
    assert tiles_of(1, (480, 640)) == ()
