"""Where boxes lie in what is seen of a picture."""

import numpy as np
import pytest

from models.training.example import Example
from models.training.view import cropped, expanded, look, mirrored, whole

SIZE = (300, 300)
MARK = (255, 0, 255)


def marked(box, size=(240, 320)):
    """A grey picture with a marker that fills a box."""
    pixels = np.full((*size, 3), 100, np.uint8)
    pixels[box[0] : box[2], box[1] : box[3]] = MARK
    boxes = np.array([box], np.float32)
    return Example(pixels, boxes, np.array([7]), np.array([True]))


def markers_box(pixels):
    """Where the marker is seen: ymin, xmin, ymax, xmax, within a pixel."""
    seen = (pixels[..., 1].astype(int) < 60) & (pixels[..., 0] > 150) & (pixels[..., 2] > 150)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1], np.float32)


def test_the_whole_picture():
    example = marked((60, 80, 120, 160))
    seen = look(example, whole(example), SIZE, (0, 0, 0))
    assert seen.boxes.tolist() == [[75, 75, 150, 150]]
    assert np.abs(markers_box(seen.pixels) - seen.boxes[0]).max() <= 1


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["expanded", "cropped", "both"])
def test_a_marker_stays_under_its_box(kind, seed):
    random = np.random.default_rng(seed)
    top, left = int(random.integers(0, 160)), int(random.integers(0, 220))
    example = marked((top, left, top + int(random.integers(40, 80)), left + 70))
    frame = whole(example)
    if kind != "cropped":
        frame = expanded(example, 3.0, random)
    if kind != "expanded":
        frame = cropped(example, frame, random)
    seen = look(example, frame, SIZE, (10, 20, 30))
    if seed % 2:
        seen = mirrored(seen)
    assert seen.pixels.shape == (*SIZE, 3)
    assert len(seen.boxes) == 1  # a part is only taken where an object is seen
    assert seen.boxes.min() >= 0
    assert seen.boxes.max() <= 300
    assert np.abs(markers_box(seen.pixels) - seen.boxes[0]).max() <= 2
    assert seen.columns.tolist() == [7]


def test_around_an_expanded_picture_is_the_canvas():
    example = marked((60, 80, 120, 160))
    seen = look(example, (-240, -320, 480, 640), SIZE, (10, 20, 30))
    assert seen.pixels[0, 0].tolist() == [10, 20, 30]
    assert seen.pixels[150, 145].tolist() != [10, 20, 30]
    assert seen.boxes.tolist() == [[125, 125, 150, 150]]


def test_an_object_whose_centre_is_outside_goes():
    example = marked((0, 0, 100, 100))
    assert len(look(example, (51, 0, 240, 320), SIZE, (0, 0, 0)).boxes) == 0
    (box,) = look(example, (40, 0, 240, 320), SIZE, (0, 0, 0)).boxes
    assert box[0] == 0  # cut at the frame's edge
    assert box[2] == pytest.approx(60 * 300 / 200)


def test_a_crop_keeps_the_overlap_that_was_drawn():
    example = marked((100, 100, 140, 160))
    frames = {cropped(example, whole(example), np.random.default_rng(seed)) for seed in range(200)}
    assert len(frames) > 50
    for top, left, bottom, right in frames:
        assert 0 <= top < 120 <= bottom <= 240
        assert 0 <= left < 130 <= right <= 320
        ratio = (bottom - top) / (right - left)
        assert 0.5 <= ratio <= 2 or (top, left, bottom, right) == (0, 0, 240, 320)


def test_a_picture_without_objects_is_seen_whole():
    example = Example(
        np.zeros((50, 60, 3), np.uint8), np.empty((0, 4), np.float32), np.empty(0, np.intp),
        np.empty(0, bool),
    )  # fmt: skip
    random = np.random.default_rng(0)
    assert all(cropped(example, whole(example), random) == (0, 0, 50, 60) for _ in range(20))
    assert look(example, (0, 0, 50, 60), SIZE, (0, 0, 0)).boxes.shape == (0, 4)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1)])
def test_pictures_of_one_pixel(size):
    boxes = np.array([[0, 0, *size]], np.float32)
    example = Example(np.zeros((*size, 3), np.uint8), boxes, np.array([0]), np.array([True]))
    for seed in range(20):
        random = np.random.default_rng(seed)
        frame = cropped(example, expanded(example, 4.0, random), random)
        assert look(example, frame, SIZE, (0, 0, 0)).pixels.shape == (*SIZE, 3)


def test_mirrored_twice_is_the_same():
    example = marked((10, 20, 30, 70))
    once, twice = mirrored(example), mirrored(mirrored(example))
    assert once.boxes.tolist() == [[10, 250, 30, 300]]
    assert (twice.pixels == example.pixels).all()
    assert (twice.boxes == example.boxes).all()
