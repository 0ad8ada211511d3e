"""A sheet shows the pictures drawn by chance, each box at its place."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from models.datasets.reading import read_data_set
from models.datasets.sheet import choose, draw_sheet
from models.ssd.draw import class_color


@pytest.fixture
def data(made):
    for number in range(3, 13):
        Image.new("RGB", (640, 320), (9, 9, 9)).save(made.images / f"{number}.png")
        made.document["images"].append({"id": number, "file_name": f"{number}.png"})
        if number % 2:
            made.box(64, 32, 320, 160, image_id=number)
    return read_data_set(made.write())


def test_those_with_objects_first(data):
    chosen = choose(data, 7, 0)
    assert all(len(picture.boxes) for picture in chosen)
    ids = [picture.image_id for picture in chosen]
    assert ids == sorted(ids)
    assert len(choose(data, 100, 0)) == 12
    assert [each.image_id for each in choose(data, 3, 0)] == [
        each.image_id for each in choose(data, 3, 0)
    ]
    assert len({tuple(each.image_id for each in choose(data, 3, seed)) for seed in range(9)}) > 1


def test_boxes_are_drawn_in_their_place(data):
    """A picture of 640 x 320 is shown at half its size, from the fourth pixel on."""
    (only,) = (picture for picture in data.pictures if picture.image_id == 5)
    seen = []
    sheet = draw_sheet([only], data.names, lambda *counts: seen.append(counts))
    assert seen == [(1, 1)]
    color = class_color(0)
    left, right, top, bottom = (4 + edge // 2 for edge in (64, 384, 32, 192))
    for row, column in (
        (top + 40, left),
        (top + 40, right - 1),
        (top, left + 120),
        (bottom - 1, left),
    ):
        assert np.abs(sheet[row, column].astype(int) - color).max() == 0
    assert (sheet[top + 40, left + 40] == 9).all()


def test_as_square_as_it_can_be(data):
    sizes = {}
    for count in (1, 2, 4, 5, 12):
        height, width, _ = draw_sheet(data.pictures[:count], data.names, lambda *_: None).shape
        sizes[count] = ((height - 4) // 342, (width - 4) // 324)
    assert sizes == {1: (1, 1), 2: (1, 2), 4: (2, 2), 5: (2, 3), 12: (3, 4)}


def test_what_is_not_judged_is_thin(data):
    (only,) = (picture for picture in data.pictures if picture.image_id == 5)
    crowd = replace(only, crowd=np.array([True]))
    inks = [
        (draw_sheet([each], data.names, lambda *_: None) == class_color(0)).all(2).sum()
        for each in (only, crowd)
    ]
    assert inks[1] < 0.7 * inks[0]
