"""Merging: cut boxes and large ones of tiles go, the rest meets what the whole picture showed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.candidates import Candidates
from models.ssd.merging import for_each, merged
from models.ssd.nms import overlaps
from models.ssd.settings import Settings
from models.ssd.tiles import tiles_of

SETTINGS = Settings(0.1, 0.6, 400, 100)
SIZE = (900, 1800)
TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT = tiles_of(2, SIZE)


def candidates(*rows):
    """Of rows of (confidence, column, ymin, xmin, ymax, xmax)."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Candidates(table[:, 2:], table[:, 1].astype(np.intp), table[:, 0])


NOTHING = candidates()


def within(tile, row):
    """A row in shares of the picture, in shares of a tile."""
    confidence, column, ymin, xmin, ymax, xmax = row
    height, width = tile.bottom - tile.top, tile.right - tile.left
    return (
        confidence,
        column,
        (ymin * SIZE[0] - tile.top) / height,
        (xmin * SIZE[1] - tile.left) / width,
        (ymax * SIZE[0] - tile.top) / height,
        (xmax * SIZE[1] - tile.left) / width,
    )


def test_a_small_object_of_a_tile_is_an_answer_where_it_lies_in_the_picture():
    row = (0.8, 5, 0.7, 0.8, 0.8, 0.9)
    found = merged(NOTHING, [(BOTTOM_RIGHT, candidates(within(BOTTOM_RIGHT, row)))], SETTINGS)
    assert found.columns.tolist() == [5]
    np.testing.assert_allclose(found.boxes[0], row[2:], atol=1e-6)


def test_an_object_that_several_looks_found_is_one_answer_the_surest():
    row = (0.5, 5, 0.46, 0.46, 0.54, 0.54)
    parts = [
        (tile, candidates(within(tile, (sure, *row[1:]))))
        for tile, sure in ((TOP_LEFT, 0.6), (TOP_RIGHT, 0.9), (BOTTOM_LEFT, 0.7))
    ]
    found = merged(candidates(row), parts, SETTINGS)
    assert found.confidences.tolist() == [np.float32(0.9)]
    other = candidates((0.3, 6, *row[2:]))
    assert merged(other, parts, SETTINGS).columns.tolist() == [5, 6]


def test_what_an_inner_border_cuts_is_dropped_and_at_the_edge_of_the_picture_kept():
    cut = (0.9, 5, 0.3, 0.8, 0.5, 1.0)
    assert len(merged(NOTHING, [(TOP_LEFT, candidates(cut))], SETTINGS)) == 0
    assert len(merged(NOTHING, [(TOP_RIGHT, candidates(cut))], SETTINGS)) == 1
    nearly = (0.9, 5, 0.3, 0.8, 0.5, 0.985)
    assert len(merged(NOTHING, [(TOP_LEFT, candidates(nearly))], SETTINGS)) == 0


def test_what_fills_much_of_a_tile_is_left_to_the_whole_picture():
    row = (0.9, 5, 0.1, 0.1, 0.7, 0.7)
    assert len(merged(NOTHING, [(TOP_LEFT, candidates(row))], SETTINGS)) == 0
    whole = candidates((0.4, 5, 0.1, 0.1, 0.45, 0.5))
    kept = merged(whole, [(TOP_LEFT, candidates(row))], SETTINGS)
    assert kept.boxes.tolist() == whole.boxes.tolist()


@st.composite
def looks(draw):
    """Candidates of the whole picture and of its four tiles, best first, as a look gives them."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))

    def look(count):
        low = chance.uniform(0, 0.9, (count, 2))
        high = np.minimum(low + chance.uniform(0.01, 0.7, (count, 2)), 1)
        confidences = np.sort(chance.uniform(0.1, 1, count))[::-1]
        columns = chance.integers(0, 3, count)
        return Candidates(
            np.concatenate([low, high], axis=1).astype(np.float32),
            columns.astype(np.intp),
            confidences.astype(np.float32),
        )

    counts = draw(st.lists(st.integers(0, 60), min_size=5, max_size=5))
    whole, *tiles = map(look, counts)
    return whole, list(zip(tiles_of(2, SIZE), tiles, strict=True))


@given(looks(), st.floats(0, 1), st.integers(1, 400), st.integers(1, 150))
def test_an_answer_is_as_of_one_picture(given_looks, iou, top_k, most):
    whole, parts = given_looks
    found = merged(whole, parts, Settings(0.1, iou, top_k, most))
    assert len(found) <= min(top_k, most)
    assert (np.diff(found.confidences) <= 0).all()
    assert (found.boxes >= 0).all()
    assert (found.boxes <= 1).all()
    alike = found.columns[:, None] == found.columns[None, :]
    np.fill_diagonal(alike, val=False)
    assert not (alike & (overlaps(found.boxes, found.boxes) > iou)).any()
    every = merged(whole, parts, Settings(0.1, iou, top_k, 1000))
    assert np.array_equal(found.boxes, every.boxes[:most])


@given(looks())
def test_only_tiles_add_and_nothing_of_the_whole_is_lost_but_to_a_surer_one(given_looks):
    whole, parts = given_looks
    alone = merged(whole, [], SETTINGS)
    found = merged(whole, parts, Settings(0.1, 0.6, 10_000, 1000))
    alike = found.columns[None, :] == alone.columns[:, None]
    near = overlaps(alone.boxes, found.boxes) > SETTINGS.iou
    same = (alone.boxes[:, None, :] == found.boxes[None, :, :]).all(axis=2)
    surer = found.confidences[None, :] >= alone.confidences[:, None]
    assert (alike & surer & (near | same)).any(axis=1).all()


@pytest.mark.parametrize("looks_at_once", [5, 14])
def test_all_looks_together_have_no_more_candidates_than_one_picture_may(looks_at_once):
    dear = for_each(Settings(0, 1, 10_000, 1), looks_at_once)
    assert dear.top_k * looks_at_once <= 10_000
    assert for_each(SETTINGS, looks_at_once).top_k == SETTINGS.top_k
    # What turns out to be cut must not have taken the place of an answer.
    assert dear.max_detections == 1000
    assert (dear.threshold, dear.iou) == (0, 1)
