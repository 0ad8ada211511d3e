"""Looks at tiles: what the network is shown, by how many threads, and for whom."""

import io
import itertools
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from models.ssd.detector import Detector
from models.ssd.errors import Abandoned, TooCostly

SAMPLES = Path(__file__).parents[3] / "samples"
CUP = (SAMPLES / "coffee.jpg").read_bytes()
LIMIT = 60


def sheet(columns=6, rows=4, cell=(160, 120)):
    """Small photos, side by side on a white sheet: cats, cups and people in turn."""
    photos = [Image.open(SAMPLES / f"{name}.jpg") for name in ("chelsea", "coffee", "astronaut")]
    width, height = cell
    whole = Image.new("RGB", (columns * width, rows * height), "white")
    for place in range(columns * rows):
        row, column = divmod(place, columns)
        photo = photos[(row + column) % 3].convert("RGB")
        photo.thumbnail(cell)
        left, top = (width - photo.width) // 2, (height - photo.height) // 2
        whole.paste(photo, (column * width + left, row * height + top))
    return whole


def encoded(picture, kind="PNG", **how):
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()


class Recorder:
    """Stands before a session: notes tensor, others told of, and thread of each run."""

    def __init__(self, session):
        self.session = session
        self.tensors, self.others, self.threads = [], [], []

    def run(self, tensor, others=0):
        self.tensors.append(tensor)
        self.others.append(others)
        self.threads.append(threading.get_ident())
        return self.session.run(tensor, others)


@pytest.fixture(scope="module")
def detector():
    return Detector(pool_size=2)


@pytest.fixture(scope="module")
def single():
    return Detector(pool_size=1)


def asked(detector, tiles, **more):
    return replace(detector.defaults, tiles=tiles, **more)


def recorded(detector, monkeypatch):
    recorder = Recorder(detector._looks._session)
    monkeypatch.setattr(detector._looks, "_session", recorder)
    return recorder


def test_tiles_find_small_objects_where_the_whole_picture_shows_none(detector):
    picture = encoded(sheet())
    plain = Counter(detector.detect(picture, asked(detector, 1)).detections.names)
    assert plain["cat"] == plain["cup"] == 0
    answer = detector.detect(picture, asked(detector, 2))
    names = answer.detections.names
    assert (answer.tiles, Counter(names)["cat"], Counter(names)["cup"]) == (2, 8, 8)
    # Each cat lies in its own cell of the sheet.
    cells = {
        (int((box[0] + box[2]) / 2 // 120), int((box[1] + box[3]) / 2 // 160))
        for box, name in zip(answer.detections.boxes, names, strict=True)
        if name == "cat"
    }
    assert cells == {(row, column) for row in range(4) for column in range(6)
                     if (row + column) % 3 == 0}  # fmt: skip


@pytest.mark.parametrize("tiles", [2, 3])
def test_the_answer_does_not_depend_on_how_many_threads_look(detector, single, tiles):
    picture = encoded(sheet())
    together = detector.detect(picture, asked(detector, tiles)).detections
    assert together.objects() == single.detect(picture, asked(single, tiles)).detections.objects()


def test_the_whole_picture_is_seen_as_without_tiles(single, monkeypatch):
    recorder = recorded(single, monkeypatch)
    large = encoded(sheet(cell=(400, 300)))
    for tiles in (1, 2, 3):
        single.detect(large, asked(single, tiles))
    plain, tiled, finest = recorder.tensors[0], recorder.tensors[1], recorder.tensors[6]
    assert len(recorder.tensors) == 1 + 5 + 14
    # Once shrunk at once and once in two steps: each pixel is rounded at most once more.
    assert np.abs(plain.astype(int) - tiled.astype(int)).max() <= 1
    assert np.abs(plain.astype(int) - finest.astype(int)).max() <= 1


@pytest.mark.parametrize(
    ("size", "tiles", "scale"),
    [
        ((2400, 1800), 1, 4), ((2400, 1800), 2, 2), ((2400, 1800), 3, 2),
        ((4800, 3600), 1, 8), ((4800, 3600), 2, 4), ((4800, 3600), 3, 4),
        ((640, 480), 1, 1), ((640, 480), 3, 1), ((120, 90), 2, 1),
    ],
)  # fmt: skip
def test_a_picture_is_decoded_as_finely_as_its_tiles_need_and_never_enlarged(
    detector, size, tiles, scale
):
    picture = detector.inspect(encoded(Image.new("RGB", size), "JPEG"))
    planned = detector.plan(picture, asked(detector, tiles))
    assert planned.scale == scale
    assert planned.cost.nanoseconds >= picture.cost.nanoseconds
    assert detector.plan(planned, asked(detector, 1)) == picture


def test_a_turned_picture_has_the_same_answer(detector):
    picture = sheet()
    exif = Image.Exif()
    exif[274] = 6
    turned = encoded(picture.rotate(90, expand=True), exif=exif)
    plain = detector.detect(encoded(picture), asked(detector, 2)).detections
    assert detector.detect(turned, asked(detector, 2)).detections.objects() == plain.objects()


def test_pixels_have_the_answer_of_their_file(detector):
    picture = sheet()
    from_file = detector.detect(encoded(picture), asked(detector, 2))
    from_pixels = detector.detect_pixels(np.asarray(picture), asked(detector, 2))
    assert from_pixels.detections.objects() == from_file.detections.objects()
    assert from_pixels.tiles == 2


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3000, 2), (40, 5000), (299, 301)])
@pytest.mark.parametrize("tiles", [1, 2, 3, "auto"])
def test_pictures_of_any_shape_are_answered(detector, size, tiles):
    answer = detector.detect(encoded(Image.new("RGB", size)), asked(detector, tiles, threshold=0))
    found = answer.detections
    assert (found.width, found.height) == size
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
    assert (found.boxes >= 0).all()
    assert (found.boxes <= np.array([size[1], size[0]] * 2)).all()
    assert answer.tiles == (None if tiles == 1 else answer.tiles)


def test_options_hold_for_the_whole_answer(detector):
    picture = encoded(sheet())
    loose = asked(detector, 2, threshold=0.1, max_detections=1000)
    every = detector.detect(picture, loose).detections
    assert len(every) > 40
    few = detector.detect(picture, replace(loose, max_detections=7)).detections
    assert few.objects() == every.objects()[:7]
    cats = detector.detect(picture, replace(loose, classes=("cat",))).detections
    assert cats.objects() == [one for one in every.objects() if one["class"] == "cat"]
    assert len(detector.detect(picture, asked(detector, 2, top_k=3)).detections) <= 3
    sure = detector.detect(picture, asked(detector, 2, threshold=0.9)).detections
    assert sure.objects() == [one for one in every.objects() if one["confidence"] >= 0.9]


def test_a_lone_call_is_helped_and_calls_in_company_are_not(detector, monkeypatch):
    recorder = recorded(detector, monkeypatch)
    begun, looks = threading.Barrier(2, timeout=LIMIT), itertools.count()
    run = recorder.run

    def together(tensor, others=0):
        # The first two looks of the call are under way at once, or this breaks.
        if next(looks) < 2:
            begun.wait()
        return run(tensor, others)

    monkeypatch.setattr(recorder, "run", together)
    detector.detect(CUP, asked(detector, 2))
    assert len(set(recorder.threads)) == 2
    assert min(recorder.others) >= 1
    recorder.threads.clear()
    with detector._looks.calls:
        detector.detect(CUP, asked(detector, 2))
    assert set(recorder.threads) == {threading.get_ident()}


def test_many_calls_with_tiles_at_once_end_with_the_answers_of_each_alone(detector):
    pictures = (CUP, encoded(sheet()), (SAMPLES / "chelsea.jpg").read_bytes())
    jobs = [(picture, tiles) for picture in pictures for tiles in (1, 2, 3)]

    def answer(job):
        return detector.detect(job[0], asked(detector, job[1])).detections.objects()

    alone = [answer(job) for job in jobs]
    found = [None] * len(jobs)

    def call(place):
        found[place] = answer(jobs[place])

    threads = [
        threading.Thread(target=call, args=(place,), daemon=True) for place in range(len(jobs))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads)
    assert found == alone


def test_a_batch_with_tiles_has_the_answers_of_each_alone(detector):
    pictures = [CUP, b"no", encoded(sheet()), CUP]
    answers = detector.detect_batch(pictures, asked(detector, 2))
    assert answers[1].code == "not_an_image"
    for place in (0, 2, 3):
        alone = detector.detect(pictures[place], asked(detector, 2)).detections
        assert answers[place].detections.objects() == alone.objects()


class Caller:
    """Waits for an answer until it has been asked so often."""

    def __init__(self, patience):
        self.patience, self.lock = patience, threading.Lock()

    def waits(self):
        with self.lock:
            self.patience -= 1
            return self.patience >= 0


@pytest.mark.parametrize("which", ["single", "detector"])
def test_the_rest_of_the_tiles_is_left_out_when_nobody_waits(which, request, monkeypatch):
    asking = request.getfixturevalue(which)
    recorder = recorded(asking, monkeypatch)
    with pytest.raises(Abandoned):
        asking.detect(CUP, asked(asking, 3), Caller(4).waits)
    assert len(recorder.tensors) <= 4
    recorder.tensors.clear()
    with pytest.raises(Abandoned):
        asking.detect_batch([CUP] * 3, asked(asking, 2), Caller(7).waits)
    assert len(recorder.tensors) < 3 * 5
    assert asking.detect(CUP, asked(asking, 3), Caller(14).waits).tiles == 3


def test_time_is_told_as_it_passed(detector):
    timings = detector.detect(encoded(sheet()), asked(detector, 3)).timings_ms
    assert set(timings) == {"decode", "preprocess", "inference", "boxes"}
    assert all(spent > 0 for spent in timings.values())


def test_auto_asks_for_fewer_tiles_where_a_finer_picture_would_take_too_much(detector):
    """A long strip: a half of its sides has sixteen times the pixels of an eighth."""
    strip = encoded(Image.new("RGB", (20_000, 2_400)), "JPEG", quality=1)
    picture = detector.inspect(strip)
    dear = detector.plan(picture, asked(detector, 3))
    assert dear.scale < picture.scale
    most = (picture.cost.memory + dear.cost.memory) / 2
    detector._decoder._allowance = replace(
        detector._decoder._allowance, memory=int(most * 3 if len(strip) <= 100_000 else most)
    )
    try:
        with pytest.raises(TooCostly, match="bytes of memory"):
            detector.plan(picture, asked(detector, 3))
        assert detector.plan(picture, asked(detector, "auto")).tiles < 3
        assert detector.detect(strip, asked(detector, "auto")).tiles < 3
    finally:
        detector._decoder._allowance = replace(detector._decoder._allowance, memory=300_000_000)
